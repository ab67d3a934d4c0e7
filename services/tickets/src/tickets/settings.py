"""The settings of the ticket core, read from ``TICKETS_…``."""

from chassis.settings import ServiceSettings
from pydantic_settings import SettingsConfigDict


class Settings(ServiceSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="TICKETS_", extra="ignore", frozen=True)
