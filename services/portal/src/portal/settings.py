"""The settings of the portal, read from ``PORTAL_…``."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="PORTAL_", extra="ignore", frozen=True)

    link_lifetime: timedelta = Field(
        default=timedelta(minutes=15), description="How long a sign-in link works; the mail says it in minutes."
    )
    links_per_address: int = Field(
        default=3, ge=1, le=100, description="Links that one address can ask for within the lifetime of a link."
    )
    session_idle: timedelta = Field(
        default=timedelta(hours=8), description="A customer who does nothing for this long is signed out."
    )
    session_longest: timedelta = Field(
        default=timedelta(hours=24), description="After this time a customer signs in again, however busy."
    )
