"""What lists take and give."""

from enum import StrEnum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from tickets.channels.rules.words import Category
from tickets.desk.answers import TicketRow
from tickets.desk.rules.words import Origin
from tickets.desk.shapes import Key


class Prefilter(StrEnum):
    """The ready-made filters of the sidebar (LF-05)."""

    ACTION_REQUIRED = "action_required"
    NO_OWNER = "no_owner"
    HANDLED_TODAY = "handled_today"


class ListName(StrEnum):
    """``mine`` is *My tickets* (LF-02), ``overview`` everything that the agent may see (LF-03)."""

    MINE = "mine"
    OVERVIEW = "overview"


class Sort(StrEnum):
    """The newest change first, or the highest number first."""

    CHANGED_AT = "changed_at"
    NUMBER = "number"


class Filters(BaseModel):
    """Filters of a list; all that are given must hold (LF-06)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: ListName = ListName.OVERVIEW
    prefilter: Prefilter | None = None
    channel: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")] | None = None
    status: Key | None = None
    category: Category | None = Field(default=None, description="Open or closed statuses only.")
    owner: UUID | Literal["me", "none"] | None = Field(default=None, description="An agent's id, `me`, or `none`.")
    contact_id: UUID | None = None
    origin: Origin | None = None
    q: Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")] = Field(
        default="", description="A ticket's number, or words that must all be in the subject."
    )
    sort: Sort = Sort.CHANGED_AT
    cursor: str | None = Field(default=None, max_length=1000, description="What the page before gave as `next`.")
    limit: int = Field(default=50, ge=1, le=200)


class TicketPage(TypedDict):
    """A page of tickets; ``next`` is the cursor of the following page."""

    items: list[TicketRow]
    next: str | None


class ChannelCount(TypedDict):
    """Open tickets of a channel (LF-07)."""

    channel: str
    name: str
    open: int


class Counters(TypedDict):
    """Tickets that the agent may see; a number of ``capped_at`` means so many or more."""

    action_required: int
    no_owner: int
    handled_today: int
    channels: list[ChannelCount]
    capped_at: int
