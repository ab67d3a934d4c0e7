"""How a story is told: scenes made of steps, each of which says what happened and where."""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from deskstream_local.story.doors import Unexpected

Step = Callable[[], str]
"""Does one thing and gives a sentence about what happened and where. Raises `Unexpected`."""

MARK = "_title_of_step"
Method = TypeVar("Method", bound=Callable[..., str])


@dataclass(frozen=True, kw_only=True)
class Scene:
    """A scene. ``requirement`` is its id in the requirements; an act's methods marked with `step` are its steps."""

    title: str
    requirement: str
    acts: Sequence[object]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A step that was played. ``text`` is what happened, or why it failed."""

    title: str
    text: str
    well: bool
    seconds: float


def step(title: str) -> Callable[[Method], Method]:
    """Mark a method of an act as a step; the steps of an act follow each other as they are written."""

    def mark(method: Method) -> Method:
        setattr(method, MARK, title)
        return method

    return mark


def steps_of(act: object) -> Iterator[tuple[str, Step]]:
    """The title and the function of each step of an act."""
    for name, member in vars(type(act)).items():
        if (title := getattr(member, MARK, None)) is not None:
            yield title, getattr(act, name)


def play(scene: Scene, *, begins: Callable[[str], None] = lambda _title: None) -> Iterator[Told]:
    """Play a scene up to its end, or to the first step that fails: what follows builds on it.

    ``begins`` is called with a step's title before it is played.
    """
    for act in scene.acts:
        for title, work in steps_of(act):
            begins(title)
            told = _played(title, work)
            yield told
            if not told.well:
                return


def _played(title: str, work: Step) -> Told:
    began = time.monotonic()
    try:
        text, well = work(), True
    except Unexpected as failure:
        text, well = str(failure), False
    except Exception as failure:  # noqa: BLE001  # whatever breaks a step is how that step failed
        text, well = f"{type(failure).__name__}: {failure}", False
    return Told(title=title, text=text, well=well, seconds=time.monotonic() - began)
