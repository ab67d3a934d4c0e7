"""The settings of the ticket core, read from ``TICKETS_…``."""

from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import SettingsConfigDict

from tickets.staff.settings import StaffSettings


class Settings(StaffSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="TICKETS_", extra="ignore", frozen=True)

    ticket_prefix: str = Field(
        default="DS",
        pattern="^[A-Z]{2,6}$",
        description="What stands before the number in mails and on screens: DS-10042. Change it before the first mail.",
    )
    mail_domain: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z0-9.-]{1,200}$",
        description="The right side of the Message-ID of our mails: a domain of ours. Default: the host of public_url.",
    )
    upload_limit: int = Field(
        default=25 * 1024 * 1024, ge=1024, description="Largest file in bytes that an agent can upload."
    )
    attachments_limit: int = Field(
        default=35 * 1024 * 1024,
        ge=1024,
        description="Most bytes of all files of an activity; a mail is a third larger, many servers stop at 50 MB.",
    )
    time_zone: str = Field(
        default="Europe/Berlin", description="Where 'today' begins at midnight, a name of the IANA time zone database."
    )

    web_folder: Path | None = Field(
        default=None,
        description="The built staff app (web/dist/staff), served beside the API. Default: none is served.",
    )

    live_streams: int = Field(default=3_000, ge=1, description="Most live streams that one process serves.")
    live_streams_of_agent: int = Field(default=20, ge=1, description="Most of them that one agent may have open.")

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (LookupError, ValueError, OSError) as error:
            raise ValueError(f"'{name}' is no time zone of the IANA database; 'Europe/Berlin' is one") from error
        return name

    @property
    def message_domain(self) -> str:
        """The domain in our Message-IDs."""
        return self.mail_domain or urlsplit(self.public_url).hostname or "localhost"
