"""The two kinds of message, and how a class becomes a NATS subject.

Grammar (docs/architecture.md): ``<owner>.<evt|rpc>.<name>.v<N>``; ticket events carry the channel key behind it.
The owner is the module, the name is the class in snake case, and the version is the class's ``version``, so that a
subject can never disagree with the code that defines it. A break is a second class beside the first: ``TicketOpenedV2``
with ``version = 2`` is published on ``tickets.evt.ticket_opened.v2``.
"""

import re
from datetime import datetime
from enum import StrEnum
from importlib import import_module
from typing import Any, ClassVar, Generic, Self, TypeVar
from uuid import UUID

from pydantic import BaseModel, ConfigDict, PrivateAttr

CHANNEL_KEY = re.compile(r"^[a-z0-9][a-z0-9-]{0,39}$")
"""What a channel key may look like: it is a NATS subject token, so no dot, no space, no wildcard.

Test with ``fullmatch``: ``match`` would let a line feed at the end through, and a line feed ends a NATS command.
"""

EVENTS: dict[str, type["Event"]] = {}
"""Every event class by its type, for example ``tickets.evt.ticket_opened.v1``."""

REQUESTS: dict[str, type["Request[Any]"]] = {}
"""Every request class by its subject."""


def _snake(name: str, version: int) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name.removesuffix(f"V{version}")).lower()


class Shape(BaseModel):
    """A frozen value on the wire. Unknown fields are ignored: a newer sender may already know more than we do."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class EventMeta(Shape):
    """What travels in the headers: the CloudEvents 1.0 attributes and the trace.

    ``id`` is the same for every delivery of one event, whatever happens to the stream: consumers remember it.
    """

    id: UUID
    time: datetime
    source: str
    correlation_id: str
    traceparent: str | None = None
    delivery: int = 1


class Event(Shape):
    """Something that happened. Named in the past tense, stored in a stream, free for anyone to listen to."""

    version: ClassVar[int] = 1
    owner: ClassVar[str]
    type: ClassVar[str]

    _meta: EventMeta | None = PrivateAttr(default=None)

    def __init_subclass__(cls, *, abstract: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if abstract:
            return
        cls.owner = cls.__module__.rpartition(".")[2]
        cls.type = f"{cls.owner}.evt.{_snake(cls.__name__, cls.version)}.v{cls.version}"
        EVENTS[cls.type] = cls

    @property
    def meta(self) -> EventMeta:
        """The headers that it came with; an event that was not received has none."""
        # Asked several times for each event; by its name pydantic finds it after four calls, a tenth of a handler.
        meta: EventMeta | None = (self.__pydantic_private__ or {}).get("_meta")
        if meta is None:
            raise LookupError(f"{type(self).__name__} was not received from the bus, so it has no headers")
        return meta

    def received_with(self, meta: EventMeta) -> Self:
        """The same event, with the headers that it came with."""
        self._meta = meta
        return self

    def bus_subject(self) -> str:
        """The subject that it is published on."""
        return self.type

    @classmethod
    def pattern(cls) -> str:
        """The subject that catches every event of this class."""
        return cls.type


class Reply(Shape):
    """An answer to a request."""


class Problem(Reply):
    """A refusal: ``code`` is stable and for programs, ``detail`` says in plain words what to do next."""

    code: str
    detail: str


R = TypeVar("R", bound=Reply)


class Request(Shape, Generic[R]):
    """A question to its owner, answered at once with ``reply`` or a `Problem`, never stored."""

    version: ClassVar[int] = 1
    owner: ClassVar[str]
    bus_subject: ClassVar[str]
    reply: ClassVar[type[Reply]]

    def __init_subclass__(cls, *, reply: type[Reply] | None = None, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if reply is None:
            return
        cls.reply = reply
        cls.owner = cls.__module__.rpartition(".")[2]
        cls.bus_subject = f"{cls.owner}.rpc.{_snake(cls.__name__, cls.version)}.v{cls.version}"
        REQUESTS[cls.bus_subject] = cls


class Service(StrEnum):
    """The services, by the name that their stream, NATS user, database and contracts file share."""

    TICKETS = "tickets"
    INGEST = "ingest"
    CRM_MATCH = "crm_match"
    NOTIFY = "notify"
    PORTAL = "portal"


def load_all() -> None:
    """Import every file of contracts, so that `EVENTS` and `REQUESTS` are complete."""
    for service in Service:
        import_module(f"contracts.{service}")
