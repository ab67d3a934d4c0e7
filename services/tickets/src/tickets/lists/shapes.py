"""What lists take and give."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from chassis.inputs import Moment
from tickets.channels.rules.words import Category
from tickets.channels.shapes import ChannelKey
from tickets.desk.answers import AuthorOut, TicketRow
from tickets.desk.rules.words import Kind, Origin
from tickets.desk.shapes import Key

MOST_VALUES = 20
"""Values of one filter."""

CURSOR = "What the page before gave as `next`."

Query = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
Word = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
FieldValue = Annotated[str, StringConstraints(max_length=300, pattern=r"^[a-z0-9_-]{1,60}:[^\x00]+$")]
Cursor = Annotated[str, Field(max_length=1000, description=CURSOR)]


class Prefilter(StrEnum):
    """The ready-made filters of the home page and the sidebar (LF-01, LF-05).

    ``action_required``: it is our turn, and the ticket is the agent's, that of an absent colleague
    whom they stand in for, or nobody's in their standard channels.
    ``new``: nobody has begun with it, in their standard channels.
    """

    ACTION_REQUIRED = "action_required"
    NO_OWNER = "no_owner"
    NEW = "new"
    HANDLED_TODAY = "handled_today"
    HANDLED_YESTERDAY = "handled_yesterday"


class ListName(StrEnum):
    """``mine`` is *My tickets* (LF-02), ``overview`` everything that the agent may see (LF-03)."""

    MINE = "mine"
    OVERVIEW = "overview"


class Sort(StrEnum):
    """The newest change (opening, activity) first, the highest number first, or the most urgent first."""

    CHANGED_AT = "changed_at"
    OPENED_AT = "opened_at"
    LAST_ACTIVITY_AT = "last_activity_at"
    NUMBER = "number"
    PRIORITY = "priority"


class Narrowing(BaseModel):
    """What tickets must be like: one of the values of each filter, and all filters that are given (LF-06)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: ListName = ListName.OVERVIEW
    prefilter: Prefilter | None = None
    channel: Annotated[tuple[ChannelKey, ...], Field(max_length=MOST_VALUES)] = ()
    status: Annotated[tuple[Key, ...], Field(max_length=MOST_VALUES)] = ()
    category: Category | None = Field(default=None, description="Open or closed statuses only.")
    owner: Annotated[
        tuple[UUID | Literal["me", "none"], ...],
        Field(max_length=MOST_VALUES, description="Agents' ids, `me`, or `none`."),
    ] = ()
    watcher: Literal["me"] | None = None
    contact_id: Annotated[tuple[UUID, ...], Field(max_length=MOST_VALUES)] = ()
    company_id: Annotated[tuple[UUID, ...], Field(max_length=MOST_VALUES)] = ()
    origin: Annotated[tuple[Origin, ...], Field(max_length=MOST_VALUES)] = ()
    priority: Annotated[tuple[Key, ...], Field(max_length=MOST_VALUES)] = ()
    marker: Annotated[tuple[UUID, ...], Field(max_length=MOST_VALUES, description="Colour markers.")] = ()
    tag: Annotated[tuple[Word, ...], Field(max_length=MOST_VALUES, description="Tags; it must have them all.")] = ()
    field: FieldValue | None = Field(
        default=None, description="A custom field and its value: `key:value`. Of several choices one is enough."
    )
    opened_from: Moment | None = None
    opened_until: Moment | None = Field(default=None, description="Before this moment.")
    changed_from: Moment | None = None
    changed_until: Moment | None = Field(default=None, description="Before this moment.")
    q: Query = Field(
        default="",
        description='A ticket\'s number or how it begins; or words, `"phrases"`, `begin*`, `-without`. '
        "A search for words comes in the order of its newest matches.",
    )
    sort: Sort = Sort.CHANGED_AT


class Filters(Narrowing):
    """A page of a list."""

    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200)


class SearchFilters(BaseModel):
    """A search over everything that the agent may see."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Query = Field(description='A number or how it begins, words, `"phrases"`, `begin*`, `-without`.')
    cursor: Cursor | None = None
    limit: int = Field(default=20, ge=1, le=50)


class ActivityFilters(BaseModel):
    """Which activities, over all tickets that the agent may see (LF-08)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    q: Query = Field(default="", description='Words, `"phrases"`, `begin*`, `-without`.')
    kind: Annotated[tuple[Kind, ...], Field(max_length=MOST_VALUES)] = ()
    channel: Annotated[tuple[ChannelKey, ...], Field(max_length=MOST_VALUES)] = ()
    author: UUID | Literal["me"] | None = Field(default=None, description="An agent's or a contact's id, or `me`.")
    at_from: Moment | None = None
    at_until: Moment | None = Field(default=None, description="Before this moment.")
    cursor: Cursor | None = None
    limit: int = Field(default=50, ge=1, le=200)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.at_from and self.at_until and self.at_from >= self.at_until:
            raise ValueError("'at_from' must be before 'at_until'")
        return self


class TicketPage(TypedDict):
    """A page of tickets; ``next`` is the cursor of the following page."""

    items: list[TicketRow]
    next: str | None


class PieceOut(TypedDict):
    """A part of a snippet, as plain text; ``hit`` where it is what was searched for."""

    text: str
    hit: bool


class FoundActivity(TypedDict):
    """The activity that a ticket was found by. ``files`` are the names of attachments that match."""

    id: UUID
    kind: Kind
    at: datetime
    author_name: str
    text: list[PieceOut]
    files: list[list[PieceOut]]


class SearchHit(TypedDict):
    """A ticket that was found; ``activity`` is null where it was found by its number."""

    ticket: TicketRow
    subject: list[PieceOut]
    activity: FoundActivity | None


class SearchPage(TypedDict):
    """The best of the newest matches; ``older_matches``: there are more, name another word or use a list."""

    items: list[SearchHit]
    next: str | None
    older_matches: bool


class TicketHead(TypedDict):
    """The ticket of an activity."""

    number: int
    reference: str
    subject: str
    channel: str


class ActivityRow(TypedDict):
    """An activity in a list over tickets (LF-08); ``text`` is its beginning, or where the words stand."""

    id: UUID
    kind: Kind
    at: datetime
    author: AuthorOut
    shown_outside: bool
    attachments: int
    text: list[PieceOut]
    ticket: TicketHead


class ActivityRows(TypedDict):
    """A page of activities; ``next`` is the cursor of the following page."""

    items: list[ActivityRow]
    next: str | None


class ChannelCount(TypedDict):
    """Open tickets of a channel (LF-07)."""

    channel: str
    name: str
    open: int


class Counters(TypedDict):
    """Numbers of tickets that the agent may see.

    ``new`` and ``mine`` (open tickets that the agent owns) are for *My tickets*, ``open`` and the handled ones for the
    overview (LF-01); the others are for the sidebar (LF-05, LF-07). Each is the length of the list of its name.
    """

    new: int
    mine: int
    open: int
    action_required: int
    no_owner: int
    handled_today: int
    handled_yesterday: int
    channels: list[ChannelCount]
