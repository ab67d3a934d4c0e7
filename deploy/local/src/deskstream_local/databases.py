"""One database and one role for each service; no role may enter another's database."""

from chassis.embedded import EmbeddedPostgres
from deskstream_local.credentials import Credentials
from deskstream_local.services import SERVICES

ROLE = """
SELECT 'CREATE ROLE {name} LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') \\gexec
ALTER ROLE {name} PASSWORD '{password}';
SELECT 'CREATE DATABASE {name} OWNER {name}' WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = '{name}') \\gexec
REVOKE CONNECT, TEMPORARY ON DATABASE {name} FROM PUBLIC;
"""

CLOSED = "REVOKE CONNECT ON DATABASE postgres, template1 FROM PUBLIC;"


def create(postgres: EmbeddedPostgres, credentials: Credentials) -> None:
    """Create what is missing. The names are ours and the passwords are hexadecimal, so nothing needs quoting."""
    roles = (ROLE.format(name=name, password=credentials.get(f"{name}.database")) for name in SERVICES)
    postgres.psql("\n".join((*roles, CLOSED)))


def url(postgres: EmbeddedPostgres, credentials: Credentials, service: str) -> str:
    """Where a service finds its database."""
    return postgres.url(service, service, credentials.get(f"{service}.database"))
