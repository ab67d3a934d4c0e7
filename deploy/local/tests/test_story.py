"""How a story is told: in order, up to the first step that fails, and with the reason on the terminal."""

import io

import pytest
from rich.console import Console

from deskstream_local.story.doors import Desk, Unexpected, Where, ensure, eventually
from deskstream_local.story.scenes import scenes
from deskstream_local.story.showing import play_aloud
from deskstream_local.story.telling import Scene, play, step, steps_of


class Breakfast:
    """An act; ``burns`` is the step that fails, and ``error`` how."""

    def __init__(self, *, burns: bool, error: Exception | None = None) -> None:
        self.burns = burns
        self.error = error
        self.done: list[str] = []

    @step("Water boils")
    def water(self) -> str:
        self.done.append("water")
        return "in the [kettle]"

    @step("Bread is toasted")
    def bread(self) -> str:
        self.done.append("bread")
        if self.error is not None:
            raise self.error
        ensure(not self.burns, "it is black")
        return "in the toaster"

    @step("Somebody eats")
    def eat(self) -> str:
        self.done.append("eat")
        return "at the table"


def breakfast(act: Breakfast) -> Scene:
    return Scene(title="Breakfast", requirement="XX-01", acts=(act,))


def test_steps_are_played_in_the_order_in_which_they_are_written() -> None:
    act = Breakfast(burns=False)
    announced: list[str] = []
    told = list(play(breakfast(act), begins=announced.append))
    assert act.done == ["water", "bread", "eat"]
    assert announced == [one.title for one in told] == ["Water boils", "Bread is toasted", "Somebody eats"]
    assert all(one.well for one in told)


def test_a_scene_ends_with_the_step_that_fails_and_says_why() -> None:
    act = Breakfast(burns=True)
    told = list(play(breakfast(act)))
    assert act.done == ["water", "bread"]
    assert [(one.well, one.text) for one in told] == [(True, "in the [kettle]"), (False, "it is black")]


def test_a_step_that_breaks_is_a_step_that_failed() -> None:
    told = list(play(breakfast(Breakfast(burns=False, error=KeyError("butter")))))
    assert (told[-1].well, told[-1].text) == (False, "KeyError: 'butter'")


@pytest.mark.parametrize(("burns", "mark", "reason"), [(False, "✓", "in the toaster"), (True, "✗", "it is black")])
def test_the_terminal_shows_how_each_step_ended_and_why(burns: bool, mark: str, reason: str) -> None:
    console = Console(file=io.StringIO(), width=80)
    assert play_aloud(console, breakfast(Breakfast(burns=burns))) is not burns
    assert isinstance(console.file, io.StringIO)
    shown = console.file.getvalue()
    assert f"{mark} Bread is toasted" in shown
    assert reason in shown
    assert "in the [kettle]" in shown


def test_what_does_not_come_in_time_is_named() -> None:
    with pytest.raises(Unexpected, match=r"the answer: not within 0\.2 s"):
        eventually("the answer", lambda: None, seconds=0.2)


def test_a_desk_that_nobody_answers_for_fails_the_first_step_of_every_scene() -> None:
    with Desk(Where(url="http://127.0.0.1:9", smtp_port=9, password="unknown")) as desk:
        for scene in scenes(desk):
            (told,) = list(play(scene))
            assert not told.well
            assert "refused" in told.text


def test_no_scene_is_without_steps() -> None:
    with Desk(Where(url="http://127.0.0.1:9", smtp_port=9, password="unknown")) as desk:
        for scene in scenes(desk):
            assert all(list(steps_of(act)) for act in scene.acts)
