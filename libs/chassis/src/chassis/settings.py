"""The settings that every service has; a service adds its own fields and its prefix."""

from datetime import timedelta
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

RETRY_DELAYS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)


class ServiceSettings(BaseSettings):
    """Read from the environment, each name behind the service's prefix: ``TICKETS_DATABASE_URL``."""

    model_config = SettingsConfigDict(extra="ignore", frozen=True)

    database_url: SecretStr = Field(description="postgresql+asyncpg://user:password@host:port/database")
    database_pool: int = Field(default=5, ge=1, le=100, description="Most connections that one process holds open.")
    nats_url: str = Field(description="nats://host:port; several servers separated by commas.")
    nats_user: str | None = Field(default=None, description="Default: the name of the service.")
    nats_password: SecretStr = Field(description="Password of the NATS user.")
    blobs_url: str = Field(
        description="Where raw mails and attachments lie: file:///path, or s3://bucket/prefix (credentials from AWS_*)."
    )
    public_url: str = Field(
        default="http://localhost:8080", description="Where people reach the gateway; links in mails begin with it."
    )
    host: str = Field(default="127.0.0.1", description="Address that the HTTP server listens on.")
    port: int = Field(default=8000, ge=0, le=65535, description="Port of the HTTP server; 0 takes a free one.")
    trusted_proxies: str = Field(
        default="127.0.0.1",
        description="Addresses whose X-Forwarded-For and -Proto are believed, separated by commas; * for all.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "json"
    otlp_endpoint: str | None = Field(default=None, description="Where traces go, OTLP over HTTP; None: nowhere.")
    outbox_retention: timedelta = Field(
        default=timedelta(days=7), description="How long published events stay, to publish them again if NATS is lost."
    )
    inbox_retention: timedelta = Field(
        default=timedelta(days=45), description="How long handled events are remembered; above every stream's age."
    )
    retry_delays: tuple[float, ...] = Field(
        default=RETRY_DELAYS,
        description="Seconds before each further try of a failed event; after the last one it is a dead letter.",
    )
    body_limit: int = Field(default=1_048_576, description="Largest HTTP request body in bytes; above it: 413.")
