"""The settings of the mail service, read from ``INGEST_…``."""

from datetime import timedelta
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from chassis.settings import ServiceSettings


class Settings(ServiceSettings):
    """What an operator decides."""

    model_config = SettingsConfigDict(env_prefix="INGEST_", extra="ignore", frozen=True)

    instance: str = Field(
        default="deskstream",
        pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$",
        description="Name of this installation in automatic mails, so that it knows its own; unique among yours.",
    )
    smtp_host: str = Field(default="127.0.0.1", description="Address that the SMTP receiver listens on.")
    smtp_port: int = Field(default=2525, ge=1, le=65535, description="Port of the SMTP receiver.")
    smtp_hostname: str = Field(
        default="deskstream.localhost", description="Name that the receiver greets with and the sender says EHLO with."
    )
    smtp_max_size: int = Field(
        default=50 * 1024 * 1024, ge=1024, description="Largest mail in bytes; a larger one is refused with 552."
    )
    smtp_max_connections: int = Field(
        default=200, ge=1, description="SMTP sessions of one process at a time; a further one is turned away with 421."
    )
    smtp_memory: int = Field(
        default=256 * 1024 * 1024,
        ge=1024,
        description="Bytes that mails may take in memory together while they come in; above it: 452.",
    )
    smtp_timeout: float = Field(default=300.0, gt=0, description="Seconds that a silent SMTP client is waited for.")
    smtp_tls_certificate: Path | None = Field(
        default=None, description="PEM file with the certificate chain; with it the receiver offers STARTTLS."
    )
    smtp_tls_key: Path | None = Field(default=None, description="PEM file with the key of the certificate.")
    relay_host: str = Field(default="127.0.0.1", description="Mail server that takes our outgoing mail.")
    relay_port: int = Field(default=2526, ge=1, le=65535, description="Its port: 25, 465 (tls) or 587 (starttls).")
    relay_user: str | None = Field(default=None, description="User name at the relay; None: it asks for none.")
    relay_password: SecretStr | None = Field(default=None, description="Password at the relay.")
    relay_tls: Literal["none", "starttls", "tls"] = Field(
        default="none", description="How the way to the relay is encrypted; never weaker than said here."
    )
    relay_timeout: float = Field(default=60.0, gt=0, description="Seconds to wait for each answer of the relay.")
    relay_connections: int = Field(default=4, ge=1, le=50, description="Connections to the relay at a time.")
    reply_addresses: bool = Field(
        default=False,
        description="Let answers go to address+token, signed, so that they find their ticket whatever a mail program "
        "does to the headers. Only where the mail server delivers address+anything (subaddressing, RFC 5233).",
    )
    send_for: timedelta = Field(
        default=timedelta(days=5), description="How long a mail is tried again before its recipients count as failed."
    )

    @model_validator(mode="after")
    def _room_for_one(self) -> Self:
        if self.smtp_memory < self.smtp_max_size:
            raise ValueError("INGEST_SMTP_MEMORY is below INGEST_SMTP_MAX_SIZE: no mail of that size could come in")
        return self

    @model_validator(mode="after")
    def _pairs(self) -> Self:
        if (self.smtp_tls_certificate is None) != (self.smtp_tls_key is None):
            raise ValueError("INGEST_SMTP_TLS_CERTIFICATE and INGEST_SMTP_TLS_KEY belong together: set both or none")
        if (self.relay_user is None) != (self.relay_password is None):
            raise ValueError("INGEST_RELAY_USER and INGEST_RELAY_PASSWORD belong together: set both or none")
        return self
