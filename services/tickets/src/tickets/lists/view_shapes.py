"""What saved views take and give."""

from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.inputs import Input
from tickets.channels.shapes import ChannelKey
from tickets.lists.rules.words import SharedWith
from tickets.lists.shapes import Narrowing

COUNT_UP_TO = 1_000
"""How far a view's tickets are counted."""

ViewName = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")
]
Position = Annotated[int, Field(ge=0, le=100_000)]


class ViewIn(Input):
    """A new view. ``channel`` says whose subscribers can use it, where it is shared with a channel."""

    name: ViewName
    filters: Narrowing = Narrowing()
    shared_with: SharedWith = SharedWith.NOBODY
    channel: ChannelKey | None = None
    position: Position = 0

    @model_validator(mode="after")
    def _channel_fits(self) -> Self:
        if (self.channel is not None) != (self.shared_with is SharedWith.CHANNEL):
            raise ValueError("'channel' goes with shared_with 'channel', and only with it")
        return self


class ViewPatch(Input):
    """Changes of a view; a field that is left out stays as it is. ``channel`` comes and goes with ``shared_with``."""

    name: ViewName | None = None
    filters: Narrowing | None = None
    shared_with: SharedWith | None = None
    channel: ChannelKey | None = None
    position: Position | None = None

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        for name in ("name", "filters", "shared_with", "position"):
            if name in self.model_fields_set and getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        if (self.channel is not None) != (self.shared_with is SharedWith.CHANNEL):
            raise ValueError("'channel' goes with shared_with 'channel', and only with it")
        return self


class ViewOut(BaseModel):
    """A view; ``mine`` tells whether the caller may change it. In ``filters``, ``me`` is whoever uses the view."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    id: UUID
    name: str
    owner_id: UUID
    mine: bool
    shared_with: SharedWith
    channel: str | None
    filters: Narrowing
    position: int
    version: int


class ViewPage(BaseModel):
    """Views by position and name; ``next`` is the cursor of the following page."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)

    items: list[ViewOut]
    next: str | None


class ViewCount(BaseModel):
    """How many tickets a view has for the caller; a ``count`` of ``up_to`` means so many or more."""

    model_config = ConfigDict(frozen=True)

    count: int
    up_to: int
