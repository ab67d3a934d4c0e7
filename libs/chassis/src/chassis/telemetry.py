"""Logs with a correlation id, traces that go on across the bus, and the metrics that every service has.

Traces use the OpenTelemetry API; without an exporter (``*_OTLP_ENDPOINT``) it costs next to nothing.
"""

import json
import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

import orjson
from opentelemetry import context as otel_context
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Counter, Gauge, Histogram

from chassis.ids import new_id
from chassis.settings import ServiceSettings

_correlation: ContextVar[str | None] = ContextVar("correlation_id", default=None)
_propagator = TraceContextTextMapPropagator()
_tracer = trace.get_tracer("deskstream")

EVENTS_HANDLED = Counter(
    "deskstream_events_handled_total", "Events by what became of them.", ["service", "event", "outcome"]
)
EVENTS_PUBLISHED = Counter("deskstream_events_published_total", "Events that their stream has stored.", ["service"])
RELAY_WAITING = Gauge("deskstream_relay_waiting_seconds", "Age of the oldest event not yet published.", ["service"])
DEAD_LETTERS = Counter("deskstream_dead_letters_total", "Events that were given up.", ["service"])
HTTP_SECONDS = Histogram(
    "deskstream_http_request_seconds",
    "Time to answer, by route.",
    ["service", "method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
REQUEST_SECONDS = Histogram(
    "deskstream_bus_request_seconds",
    "Time to answer a request from the bus.",
    ["service", "request", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)
JOB_FAILURES = Counter("deskstream_job_failures_total", "Runs of a job that raised.", ["service", "job"])


def correlation_id() -> str:
    """The id that ties together everything one request or mail caused; made here if there is none yet."""
    current = _correlation.get()
    if current is None:
        current = str(new_id())
        _correlation.set(current)
    return current


@contextmanager
def correlated(value: str | None) -> Iterator[str]:
    """Use this correlation id (or a new one) inside the block."""
    current = value or str(new_id())
    token = _correlation.set(current)
    try:
        yield current
    finally:
        _correlation.reset(token)


def tracing() -> bool:
    """Whether a span would be recorded: without a provider only traces of others pass through."""
    return not isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)


def traceparent() -> str | None:
    """The W3C trace context of the current span, to be sent along; None outside a recorded trace."""
    if not trace.get_current_span().get_span_context().is_valid:
        return None
    carrier: dict[str, str] = {}
    _propagator.inject(carrier)
    return carrier.get("traceparent")


@contextmanager
def span(
    name: str, *, kind: trace.SpanKind = trace.SpanKind.INTERNAL, parent: str | None = None
) -> Iterator[trace.Span]:
    """A span that goes on from ``parent`` (a traceparent), or from the current one."""
    remote = _propagator.extract({"traceparent": parent}) if parent else otel_context.get_current()
    with _tracer.start_as_current_span(name, context=remote, kind=kind) as current:
        yield current


class JsonLines(logging.Formatter):
    """One JSON object per line; control characters are escaped, so nobody can forge a line."""

    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """The record as JSON."""
        span_context = trace.get_current_span().get_span_context()
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self._service,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if (correlation := _correlation.get()) is not None:
            line["correlation_id"] = correlation
        if span_context.is_valid:
            line["trace_id"] = trace.format_trace_id(span_context.trace_id)
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        try:
            return orjson.dumps(line, default=str).decode()
        except TypeError:  # half a character from a broken mail, or a number beyond 64 bits
            return json.dumps(line, default=str)


def configure(service: str, settings: ServiceSettings) -> None:
    """Set up logging and, where an endpoint is given, the export of traces. Called once by a process."""
    handler = logging.StreamHandler(sys.stderr)
    if settings.log_format == "json":
        handler.setFormatter(JsonLines(service))
    else:
        handler.setFormatter(logging.Formatter(f"%(asctime)s {service} %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=settings.log_level.upper(), handlers=[handler], force=True)
    for noisy in ("uvicorn.access", "chassis.faststream", "mail.log"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    if settings.otlp_endpoint:
        _export_traces(service, settings.otlp_endpoint)


def _export_traces(service: str, endpoint: str) -> None:
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # noqa: PLC0415  # an extra that most installations leave out
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415  # an extra that most installations leave out
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415  # an extra that most installations leave out
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415  # an extra that most installations leave out

    provider = TracerProvider(resource=Resource.create({"service.name": f"deskstream-{service}"}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/v1/traces")))
    trace.set_tracer_provider(provider)
