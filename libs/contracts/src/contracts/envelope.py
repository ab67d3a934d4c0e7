"""The headers of an event on NATS: CloudEvents 1.0 attributes in binary mode, the deduplication id and the trace.

Sources: CloudEvents NATS protocol binding 1.0.3 §3.1 (prefix ``ce-``, percent-encoded values), W3C Trace Context
(``traceparent``), NATS ``Nats-Msg-Id``. The number of a delivery is not a header: it belongs to the consumer.
"""

import re
from collections.abc import Mapping
from string import punctuation
from urllib.parse import quote, unquote

from contracts.messages import Event, EventMeta

SPEC_VERSION = "1.0"
"""The version of CloudEvents that is written; any 1.x is read."""

CONTENT_TYPE = "application/json"
"""What the body of every message is."""

REQUIRED = ("ce-specversion", "ce-id", "ce-source", "ce-type", "ce-time")
"""What every event has; the four of CloudEvents §3.1, and the time."""

PROBLEM_HEADER = "Deskstream-Problem"
"""Set on an answer whose body is a `Problem`; its value is the problem's code."""

_UNENCODED = punctuation.replace('"', "").replace("%", "")
_QUOTED_PAIR = re.compile(r"\\(.)")


def headers_for(event: Event, meta: EventMeta) -> dict[str, str]:
    """The headers that an event is published with. Raises ValueError for a time without a zone (RFC 3339)."""
    if meta.time.tzinfo is None:
        raise ValueError(f"{event.type}: the time {meta.time.isoformat()} has no zone")
    event_id = str(meta.id)
    headers = {
        "Nats-Msg-Id": event_id,
        "ce-specversion": SPEC_VERSION,
        "ce-id": event_id,
        "ce-source": _encoded(meta.source),
        "ce-type": event.type,
        "ce-time": meta.time.isoformat(),
        "ce-datacontenttype": CONTENT_TYPE,
        "ce-correlationid": _encoded(meta.correlation_id),
    }
    if meta.traceparent is not None:
        headers["traceparent"] = meta.traceparent
    return headers


def meta_from(headers: Mapping[str, str], delivery: int = 1, *, expected: type[Event] | None = None) -> EventMeta:
    """What the headers tell; names are compared without regard to case.

    ``expected`` is the class that belongs to the subject: the server lets a client have answers and stored events of
    its own choice delivered to any subject, so the subject alone does not prove what a message is. Without a
    correlation id the event's own id takes its place, because it is an extension that a foreign sender may leave out.
    Raises ValueError (pydantic's ValidationError is one) where a required attribute is missing, cannot be read or
    names another event.
    """
    found = {name.lower(): value for name, value in headers.items()}
    missing = [name for name in REQUIRED if name not in found]
    if missing:
        raise ValueError(f"not an event: the headers {', '.join(missing)} are missing")
    if expected is not None and found["ce-type"] != expected.type:
        raise ValueError(f"this is {found['ce-type']}, not {expected.type}")
    if not found["ce-specversion"].startswith("1."):
        raise ValueError(f"CloudEvents {found['ce-specversion']} is not known here, only 1.x")
    return EventMeta.model_validate(
        {
            "id": found["ce-id"],
            "time": found["ce-time"],
            "source": _decoded(found["ce-source"]),
            "correlation_id": _decoded(found.get("ce-correlationid", found["ce-id"])),
            "traceparent": found.get("traceparent"),
            "delivery": delivery,
        }
    )


def _encoded(value: str) -> str:
    return quote(value, safe=_UNENCODED)


def _decoded(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        value = _QUOTED_PAIR.sub(r"\1", value[1:-1])
    return unquote(value, errors="strict")
