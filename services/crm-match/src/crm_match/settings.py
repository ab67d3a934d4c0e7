"""The settings of the contact service, read from ``CRM_MATCH_…``."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="CRM_MATCH_", extra="ignore", frozen=True)

    phone_region: str = Field(
        default="DE",
        pattern=r"^[A-Z]{2}$",
        description="Country (ISO 3166) of phone numbers that are written without a country code.",
    )
