"""The table *service × owns, listens, emits, answers, asks* as Markdown, and who reacts to which event."""

from collections.abc import Sequence

from contracts.messages import EVENTS, Service, load_all
from contracts.topology import ROLES, answers, emits

NOTHING = "–"

HEAD = """\
<!-- Generated from contracts.topology by `python -m contracts.generate`; a change here would be overwritten. -->
# Who does what on the bus

An event is listened to by a durable consumer that misses nothing, or *heard*: every running process is told once.
"""


def render() -> str:
    """The whole page."""
    load_all()
    services = [_service(service) for service in Service]
    events = [_event(name) for name in sorted(EVENTS)]
    return (
        f"{HEAD}\n"
        f"{_table(['service', 'owns', 'listens to', 'hears', 'emits', 'answers', 'asks'], services)}\n"
        "## Who reacts to an event\n\n"
        f"{_table(['event', 'emitted by', 'listened to by', 'heard by'], events)}"
    )


def _service(service: Service) -> list[str]:
    role = ROLES[service]
    groups: tuple[Sequence[type], ...] = (role.listens, role.hears, emits(service), answers(service), role.asks)
    return [f"**{service}**", role.owns, *(_cell([member.__name__ for member in group]) for group in groups)]


def _event(name: str) -> list[str]:
    event = EVENTS[name]
    listening = [str(service) for service in Service if event in ROLES[service].listens]
    hearing = [str(service) for service in Service if event in ROLES[service].hears]
    return [f"`{event.pattern()}`", event.owner, _cell(listening), _cell(hearing)]


def _cell(names: Sequence[str]) -> str:
    return ", ".join(f"`{name}`" for name in names) or NOTHING


def _table(head: list[str], rows: list[list[str]]) -> str:
    return "".join(f"| {' | '.join(row)} |\n" for row in [head, ["---"] * len(head), *rows])
