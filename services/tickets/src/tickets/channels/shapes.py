"""What the part of the staff API about channels takes and gives."""

from typing import Annotated, Any, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

from chassis.inputs import Input
from contracts.tickets import Reason
from tickets.channels.rules.told import EVERYBODY
from tickets.channels.rules.words import Ball, Category, SubjectNumber, Subscribed

ChannelKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")]
WorkflowKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,39}$")]
ReopenDays = Annotated[int, Field(ge=1, le=3650)]
Position = Annotated[int, Field(ge=0, le=100_000)]

MAX_SUBSCRIBERS = 5_000
MAX_GROUPS = 500


def _in_order(roles: frozenset[Reason]) -> tuple[Reason, ...]:
    return tuple(role for role in Reason if role in roles)


Roles = Annotated[frozenset[Reason], PlainSerializer(_in_order, return_type=tuple[Reason, ...])]


class Told(Input):
    """Who is told of what in a channel: for each occasion the roles (CV-08).

    ``activity`` is what an agent writes, ``assigned`` a change of owner or responsible person. An owner is told of a
    new ticket in any case. Where several things happen at once, the roles of all of them are told, each person once.
    """

    opened: Roles = EVERYBODY
    customer_wrote: Roles = EVERYBODY
    activity: Roles = EVERYBODY
    status_changed: Roles = EVERYBODY
    assigned: Roles = EVERYBODY
    moved: Roles = EVERYBODY

    def stored(self) -> dict[str, Any]:
        """What is kept of it: the occasions that were named."""
        return self.model_dump(mode="json", exclude_unset=True)


class ChannelIn(Input):
    """A new channel. Its key is for ever: it is in addresses and in the subjects of the bus."""

    key: ChannelKey
    name: Name
    parent: ChannelKey | None = None
    workflow: WorkflowKey = "standard"
    subject_number: SubjectNumber = SubjectNumber.PREFIX
    informal_read_only: bool = False
    from_name: Name | None = Field(default=None, description="The name before the address of the channel's mails.")
    reopen_days: ReopenDays | None = Field(
        default=None,
        description="A reply to a ticket that was closed longer ago opens a new one; null: never (C8). "
        "Left out: as the settings of the desk say.",
    )
    position: Position = 0
    owner_starts_work: bool = Field(
        default=True, description="The owner's first activity that is no reply moves a new ticket on (C6)."
    )
    told: Told = Told()


class ChannelPatch(Input):
    """Changes of a channel; a field that is left out stays as it is."""

    name: Name | None = None
    parent: ChannelKey | None = None
    workflow: WorkflowKey | None = Field(
        default=None,
        description="Tickets keep a status that exists there; the others get the first of the same category.",
    )
    subject_number: SubjectNumber | None = None
    informal_read_only: bool | None = None
    from_name: Name | None = None
    reopen_days: ReopenDays | None = None
    position: Position | None = None
    active: bool | None = Field(default=None, description="A channel that is not active takes no new tickets.")
    owner_starts_work: bool | None = None
    told: Told | None = Field(default=None, description="Occasions that are left out stay as they are.")

    @model_validator(mode="after")
    def _null_only_where_it_means_something(self) -> Self:
        for name in self.model_fields_set - {"parent", "from_name", "reopen_days"}:
            if getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        return self


class ChannelOut(BaseModel):
    """A channel; ``subscription`` is what ties the caller to it, null where nothing does."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    key: str
    name: str
    parent: str | None
    workflow: str
    subject_number: SubjectNumber
    informal_read_only: bool
    from_name: str | None
    reopen_days: int | None
    position: int
    active: bool
    owner_starts_work: bool
    told: Told
    version: int
    subscription: Subscribed | None


class ChannelList(BaseModel):
    """Every channel, in the installation's order."""

    items: list[ChannelOut]


class StatusOut(BaseModel):
    """A status of a workflow; the first of each workflow is where its tickets begin.

    ``moves`` are the keys of those that an agent may choose next; none means any.
    """

    workflow: str
    key: str
    name: str
    customer_name: str
    category: Category
    ball: Ball
    position: int
    moves: list[str]


class StatusList(BaseModel):
    """Every status, workflow by workflow, in order."""

    items: list[StatusOut]


class SubscriptionShape(Input):
    """An agent and how they subscribe."""

    agent_id: UUID
    kind: Subscribed


class GroupSubscriptionShape(Input):
    """A group of agents and how its members subscribe."""

    group_id: UUID
    kind: Subscribed


class SubscriptionsIn(Input):
    """All subscriptions of a channel; they replace those that there are. An agent or a group can be there once.

    ``groups`` that are left out stay as they are.
    """

    items: tuple[SubscriptionShape, ...] = Field(max_length=MAX_SUBSCRIBERS)
    groups: Annotated[tuple[GroupSubscriptionShape, ...], Field(max_length=MAX_GROUPS)] | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        if len({item.agent_id for item in self.items}) != len(self.items):
            raise ValueError("an agent is there more than once")
        groups = self.groups or ()
        if len({item.group_id for item in groups}) != len(groups):
            raise ValueError("a group is there more than once")
        return self


class SubscribedGroupOut(BaseModel):
    """A group that subscribes."""

    group_id: UUID
    name: str
    kind: Subscribed


class EffectiveSubscriptionOut(BaseModel):
    """What counts for an agent: the stronger of their own subscription and those of their ``groups``."""

    agent_id: UUID
    kind: Subscribed
    direct: Subscribed | None
    groups: list[UUID]


class SubscriptionList(BaseModel):
    """All subscriptions of a channel: ``items`` are agents themselves, ``effective`` is what follows for each agent."""

    items: list[SubscriptionShape]
    groups: list[SubscribedGroupOut]
    effective: list[EffectiveSubscriptionOut]
