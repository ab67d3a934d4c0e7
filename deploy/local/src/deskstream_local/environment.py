"""What each process of the desk is told through its environment."""

import os
from dataclasses import dataclass

from chassis.embedded import EmbeddedNats, EmbeddedPostgres
from chassis.embedded.ports import LOOPBACK
from deskstream_local import staff_app
from deskstream_local.addresses import Ports
from deskstream_local.credentials import Credentials
from deskstream_local.home import REPOSITORY, Home
from deskstream_local.services import SERVICES, prefix

NATS_USERS = (*SERVICES, "operator", "integrator")


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Everything that the environments are made of. ``inner_ports``: where each worker tells its health."""

    home: Home
    ports: Ports
    postgres: EmbeddedPostgres
    nats: EmbeddedNats
    credentials: Credentials
    inner_ports: dict[str, int]

    def of_services(self) -> dict[str, str]:
        """The environment of every process of ours.

        Connections and addresses are ours; everything else (log levels, limits) the operator's own environment may set.
        """
        own = {name: value for service in SERVICES for name, value in self._of(service).items()}
        return {**self._defaults(), **os.environ, **own, **self._mail(), **self._streams(), **self._gateway()}

    def _of(self, service: str) -> dict[str, str]:
        variables = {
            "DATABASE_URL": self.postgres.url(service, service, self.credentials.get(f"{service}.database")),
            "NATS_URL": self.nats.url,
            "NATS_PASSWORD": self.credentials.get(f"{service}.nats"),
            "BLOBS_URL": self.home.blobs.as_uri(),
            "PUBLIC_URL": self.public_url,
            "HOST": LOOPBACK,
            "PORT": str(self.inner_ports[service]),
        }
        return {f"{prefix(service)}{name}": value for name, value in variables.items()}

    @property
    def public_url(self) -> str:
        """Where people reach the desk: on this machine, unless ``DESKSTREAM_PUBLIC_URL`` names a proxy before it."""
        return os.environ.get("DESKSTREAM_PUBLIC_URL") or self.ports.url

    def _mail(self) -> dict[str, str]:
        return {
            "INGEST_SMTP_HOST": LOOPBACK,
            "INGEST_SMTP_PORT": str(self.ports.smtp),
            "INGEST_RELAY_HOST": LOOPBACK,
            "INGEST_RELAY_PORT": str(self.ports.sink),
            "INGEST_RELAY_TLS": "none",
        }

    def _streams(self) -> dict[str, str]:
        return {"STREAMS_NATS_URL": self.nats.url, "STREAMS_NATS_PASSWORD": self.credentials.get("operator.nats")}

    def _gateway(self) -> dict[str, str]:
        return {
            "DESKSTREAM_PORT": str(self.ports.http),
            "DESKSTREAM_SMTP_PORT": str(self.ports.smtp),
            "DESKSTREAM_SINK_PORT": str(self.ports.sink),
            "DESKSTREAM_SINK_FOLDER": str(self.home.sink),
            "DESKSTREAM_DOCUMENTS": str(REPOSITORY / "docs" / "api"),
            "DESKSTREAM_PUBLIC_URL": self.public_url,
            "DESKSTREAM_DEMO_PASSWORD": self.credentials.get("demo"),
            "DESKSTREAM_PEOPLE": str(self.home.people),
        }

    @staticmethod
    def _defaults() -> dict[str, str]:
        shown = {"TICKETS_WEB_FOLDER": str(staff_app.FOLDER)}
        return shown | {f"{prefix(service)}LOG_FORMAT": "text" for service in SERVICES}


def of_nats(credentials: Credentials) -> dict[str, str]:
    """What ``deploy/nats/nats.conf`` reads, beside its ports and its store."""
    passwords = {f"{user.upper()}_NATS_PASSWORD": credentials.get(f"{user}.nats") for user in NATS_USERS}
    return {"NATS_HOST": LOOPBACK, **passwords}
