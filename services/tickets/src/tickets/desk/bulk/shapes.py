"""What a bulk action does, and what is told of it over HTTP (TS-08)."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from chassis.inputs import Input
from tickets.desk.rules.bulk import ItemState
from tickets.desk.shapes import Key, Tags


class SetStatus(Input):
    """Another status; a ticket whose workflow does not have it is refused."""

    kind: Literal["status"]
    status: Key


class SetOwner(Input):
    """Another owner, or nobody."""

    kind: Literal["owner"]
    owner_id: UUID | None


class MoveTo(Input):
    """Into another channel."""

    kind: Literal["channel"]
    channel: Key


class SetPriority(Input):
    """Another priority."""

    kind: Literal["priority"]
    priority: Key


class SetMarker(Input):
    """Another colour marker, or none."""

    kind: Literal["marker"]
    marker_id: UUID | None


class ChangeTags(Input):
    """Tags that every ticket gets, and tags that none keeps."""

    kind: Literal["tags"]
    add_tags: Tags = ()
    remove_tags: Tags = ()


class Watch(Input):
    """One more watcher; without ``agent_id`` the agent who asks."""

    kind: Literal["watch"]
    agent_id: UUID | None = None


Action = Annotated[
    SetStatus | SetOwner | MoveTo | SetPriority | SetMarker | ChangeTags | Watch, Field(discriminator="kind")
]
"""A new kind is a class here, a case in `bulk.steps`, and nothing else."""

ACTION: TypeAdapter[Action] = TypeAdapter(Action)


class ItemOut(TypedDict):
    """How one ticket fared. ``code`` and ``detail`` say why it was refused or not undone."""

    number: int
    state: ItemState
    code: str | None
    detail: str | None


class BulkOut(TypedDict):
    """A bulk action and a page of its tickets, in the order of their numbers; ``next`` is the following page's cursor.

    ``counts`` has every state that occurs. ``finished``: nothing waits any more. ``undoable``: it is finished, changed
    something and was not undone.
    """

    id: UUID
    at: datetime
    action: Action
    reason: str
    total: int
    counts: dict[str, int]
    finished: bool
    undoable: bool
    items: list[ItemOut]
    next: str | None
