"""What the part of the staff API about the desk's settings takes and gives."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from chassis.inputs import Input

ChannelKey = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,39}$")]


class SettingsPatch(Input):
    """Changes of the settings; one that is left out stays as it is, null takes it back."""

    default_channel: ChannelKey | None = None
    reopen_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class SettingsOut(BaseModel):
    """What holds for the whole desk (CF-06). Ticket prefix and time zone are set by the operator, not here."""

    default_channel: str | None = Field(
        description="Where mails and portal tickets go that name no channel that exists; null: the first in order."
    )
    reopen_days: int | None = Field(
        description="Of a new channel: a reply to a ticket closed longer ago opens a new one; null: never."
    )
    ticket_prefix: str
    time_zone: str = Field(description="Where 'today' begins at midnight.")
    version: int
