"""The settings of the notification service, read from ``NOTIFY_…``."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="NOTIFY_", extra="ignore", frozen=True)

    mail_quiet: timedelta = Field(
        default=timedelta(seconds=2),
        description="An agent's mail waits until this long nothing new came for him, so that a burst becomes one mail.",
    )
    mail_longest_wait: timedelta = Field(
        default=timedelta(seconds=30), description="After this time the mail leaves even while more keeps coming."
    )
    mail_give_up: timedelta = Field(
        default=timedelta(days=1), description="A mail that is refused for this long is dropped; outages do not count."
    )
    keep: timedelta = Field(default=timedelta(days=180), description="How long notifications stay in the app's list.")
