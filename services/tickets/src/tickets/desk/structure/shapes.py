"""What merging, splitting and linking take and give over HTTP."""

from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field
from typing_extensions import TypedDict

from chassis.inputs import Input
from tickets.desk.answers import AgentRef, ContactRef, LinkOut, StatusRef, TicketRef
from tickets.desk.rules.structure import Relation
from tickets.desk.shapes import Key, Note, Subject

TicketNumber = Annotated[int, Field(ge=1, le=2**53)]
Version = Annotated[int, Field(ge=1, le=2**31 - 1)]


class MergeIn(Input):
    """Merge a ticket into another one. ``into_version`` is the version of that one which the decision is based on."""

    into: TicketNumber
    into_version: Version
    reason: Note = ""


class SplitIn(Input):
    """Split an activity off. What is left out comes from the activity, then from its ticket."""

    subject: Subject | None = None
    channel: Key | None = None
    owner_id: UUID | None = None
    reason: Note = ""


class UndoIn(Input):
    """Take a merge or a split back."""

    change_id: UUID
    reason: Note = ""


Linked = Literal[
    Relation.RELATES_TO, Relation.CHILD_OF, Relation.PARENT_OF, Relation.DUPLICATE_OF, Relation.DUPLICATED_BY
]
"""Relations that an agent can make. The others come from a split or a merge."""


class LinkIn(Input):
    """What this ticket is to another one: "it is a ``child_of`` number 10042" (TS-05)."""

    relation: Linked
    number: TicketNumber


class Links(TypedDict):
    """The links of a ticket to tickets that the agent may see; how many others there are is not told."""

    items: list[LinkOut]


class MergeSide(TypedDict):
    """One of the two tickets of a merge."""

    ticket: TicketRef
    version: int
    channel: str
    status: StatusRef
    owner: AgentRef | None
    contact: ContactRef | None


class MergePreview(TypedDict):
    """What a merge would do. ``refusal`` is the reason why it cannot be; ``warnings`` do not stop it.

    The contacts on both sides keep exactly the access that they have. ``watchers_left`` may not see the target's
    channel, so they are not taken along.
    """

    source: MergeSide
    into: MergeSide
    activities: int
    files: int
    watchers: list[AgentRef]
    watchers_left: list[AgentRef]
    status_after: StatusRef
    owner_after: AgentRef | None
    warnings: list[Literal["other_contact", "other_company", "other_channel", "no_contact"]]
    refusal: str | None
