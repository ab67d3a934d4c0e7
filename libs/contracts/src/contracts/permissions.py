"""Who may do what on the NATS server, derived from the topology, and the file that tells the server.

Every user has its own reply subjects (``_INBOX_<user>.>``). A service that answers may write to the reply subjects of
those that ask it and to no others. The server's own ``allow_responses`` is not used, because with it the asker chooses
the subject: a request whose reply subject is somebody's event would make the answerer publish that event.
"""

from dataclasses import dataclass

from contracts.messages import Service, load_all
from contracts.topology import ROLES, STREAMS, answers, consumers, inbox_prefix

OPERATOR = "operator"
"""Declares streams and consumers; never used by a service."""

INTEGRATOR = "integrator"
"""Reads ticket events with consumers of its own (TS-16)."""


@dataclass(frozen=True, kw_only=True)
class User:
    """A NATS user and its subjects; what is not named is refused."""

    name: str
    publish: tuple[str, ...]
    subscribe: tuple[str, ...]
    deny_publish: tuple[str, ...] = ()

    @property
    def password_variable(self) -> str:
        """The environment variable of the server that holds the password."""
        return f"{self.name.upper()}_NATS_PASSWORD"


def users() -> tuple[User, ...]:
    """Every user of the server: one per service, the operator and the integrator."""
    load_all()
    return (*(service_user(service) for service in Service), _operator(), _integrator())


def service_user(service: Service) -> User:
    """What one service may do, and nothing else."""
    role = ROLES[service]
    return User(
        name=service,
        publish=(
            *([STREAMS[service].subject, f"$JS.API.STREAM.INFO.{STREAMS[service].name}"] if service in STREAMS else ()),
            *(request.bus_subject for request in role.asks),
            *(f"{inbox_prefix(asker)}.>" for asker in askers(service)),
            *(subject for consumer in consumers(service) for subject in _reading(consumer.stream.name, service)),
        ),
        subscribe=(
            f"{inbox_prefix(service)}.>",
            *([f"{service}.rpc.>"] if answers(service) else ()),
            *(event.pattern() for event in role.hears),
        ),
    )


def askers(service: Service) -> tuple[Service, ...]:
    """The services that ask this one something."""
    return tuple(asker for asker in Service if any(request.owner == service for request in ROLES[asker].asks))


def render() -> str:
    """The ``authorization`` block of the server's configuration."""
    blocks = "".join(_block(user) for user in users())
    return (
        "# Generated from contracts.topology by `python -m contracts.generate`; a change here would be overwritten.\n"
        f"authorization {{\n  users: [\n{blocks}  ]\n}}\n"
    )


def _reading(stream: str, durable: str) -> tuple[str, ...]:
    return (
        f"$JS.API.CONSUMER.INFO.{stream}.{durable}",
        f"$JS.API.CONSUMER.MSG.NEXT.{stream}.{durable}",
        f"$JS.ACK.{stream}.{durable}.>",
    )


def _operator() -> User:
    return User(
        name=OPERATOR,
        publish=("$JS.API.>", "$JS.ACK.>"),
        subscribe=(f"{inbox_prefix(OPERATOR)}.>", "$JS.EVENT.ADVISORY.>"),
    )


def _integrator() -> User:
    stream = STREAMS[Service.TICKETS]
    return User(
        name=INTEGRATOR,
        publish=(
            f"$JS.API.STREAM.INFO.{stream.name}",
            f"$JS.API.CONSUMER.CREATE.{stream.name}.>",
            f"$JS.API.CONSUMER.DELETE.{stream.name}.*",
            *_reading(stream.name, "*"),
        ),
        deny_publish=tuple(
            subject
            for service in Service
            for subject in (
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{service}",
                f"$JS.API.CONSUMER.CREATE.{stream.name}.{service}.>",
                f"$JS.API.CONSUMER.DELETE.{stream.name}.{service}",
                *_reading(stream.name, service),
            )
        ),
        subscribe=(f"{inbox_prefix(INTEGRATOR)}.>", stream.subject),
    )


def _block(user: User) -> str:
    deny = f"          deny: [\n{_subjects(user.deny_publish)}          ]\n" if user.deny_publish else ""
    return (
        "    {\n"
        f'      user: "{user.name}"\n'
        f"      password: ${user.password_variable}\n"
        "      permissions: {\n"
        f"        publish: {{\n          allow: [\n{_subjects(user.publish)}          ]\n{deny}        }}\n"
        f"        subscribe: {{\n          allow: [\n{_subjects(user.subscribe)}          ]\n        }}\n"
        "      }\n"
        "    }\n"
    )


def _subjects(subjects: tuple[str, ...]) -> str:
    return "".join(f'            "{subject}"\n' for subject in dict.fromkeys(subjects))
