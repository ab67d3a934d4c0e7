"""PostgreSQL and NATS out of their PyPI wheels: real servers without Docker and without root."""

from chassis.embedded.child import AlreadyRunning, ServerFailed
from chassis.embedded.nats import EmbeddedNats
from chassis.embedded.ports import free_port, is_free
from chassis.embedded.postgres import EmbeddedPostgres

__all__ = ["AlreadyRunning", "EmbeddedNats", "EmbeddedPostgres", "ServerFailed", "free_port", "is_free"]
