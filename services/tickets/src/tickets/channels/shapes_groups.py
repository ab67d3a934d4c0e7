"""What the part of the staff API about groups of agents takes and gives."""

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from chassis.inputs import Input
from tickets.channels.rules.words import Subscribed
from tickets.channels.shapes import MAX_SUBSCRIBERS, Name

Members = Annotated[frozenset[UUID], Field(max_length=MAX_SUBSCRIBERS)]


class GroupIn(Input):
    """A new group of agents."""

    name: Name
    members: Members = frozenset()


class GroupPatch(Input):
    """What shall change; a field that is left out stays. ``members`` are all members from then on."""

    # A factory, because null is no name: the API document shows the field as optional and without a default.
    name: Name = Field(default_factory=str)
    members: Members = Field(default_factory=frozenset)


class GroupSubscriptionOut(BaseModel):
    """A channel that a group subscribes to."""

    channel: str
    kind: Subscribed


class GroupOut(BaseModel):
    """A group with its members and the channels that it subscribes to."""

    id: UUID
    name: str
    version: int
    members: list[UUID]
    subscriptions: list[GroupSubscriptionOut]


class GroupRowOut(BaseModel):
    """A group in the list."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    version: int
    member_count: int


class GroupsOut(BaseModel):
    """A page of groups in the order of their names."""

    items: list[GroupRowOut]
    next: str | None
