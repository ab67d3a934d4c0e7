"""Who may call which route: the kinds of callers, what each of them gets, and the command that prints the table.

``python -m tickets.permissions`` (``make permissions``) prints every route of every service with the permission that it
declares, and for each kind of caller what happens. `route_table` holds the rows of this service; what a ticket's
channel decides comes from `channels.rules.visibility`, what roles allow from `staff.rules.permissions`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import typer

from chassis.app import App
from chassis.auth import route_permissions
from chassis.openapi import slices
from contracts.messages import Service
from contracts.tickets import Permission
from tickets.channels.rules.visibility import TABLE, Tie, Verdict
from tickets.route_table import OWN_SESSION, PUBLIC, ROUTES, SIGNED_IN, Row
from tickets.staff.rules.permissions import Role, allowed


class Outcome(StrEnum):
    """What a caller gets, as a class of answers. ``HIDDEN``: the ticket is not there for them.

    ``REFUSED``: they may do this, but not in that channel.
    """

    ALLOWED = "yes"
    UNAUTHENTICATED = "401"
    FORBIDDEN = "403"
    HIDDEN = "404"
    REFUSED = "422"


@dataclass(frozen=True, kw_only=True)
class Caller:
    """A kind of caller. ``scopes`` are those of an API token, None for a session.

    ``outside`` is their part in a ticket whose channel they do not subscribe to (CV-05).
    """

    name: str
    short: str
    role: Role = Role.AGENT
    tie: Tie = Tie.NOTHING
    scopes: frozenset[Permission] | None = None
    outside: Literal["owner", "responsible", "watcher"] | None = None
    anonymous: bool = False

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the role and the scopes leave."""
        return frozenset() if self.anonymous else allowed(self.role, scopes=self.scopes)


_ALL = frozenset(Permission)

CALLERS: tuple[Caller, ...] = (
    Caller(name="nobody signed in", short="anon", anonymous=True),
    Caller(name="agent, standard subscription", short="std", tie=Tie.STANDARD),
    Caller(name="agent, informal subscription", short="inf", tie=Tie.INFORMAL),
    Caller(name="agent, informal in a channel that lets those only read", short="infro", tie=Tie.INFORMAL_READ_ONLY),
    Caller(name="agent without a subscription", short="none", tie=Tie.NOTHING),
    Caller(name="owner outside the channel", short="own", outside="owner"),
    Caller(name="responsible person outside the channel", short="resp", outside="responsible"),
    Caller(name="watcher outside the channel", short="wat", outside="watcher"),
    Caller(name="light agent, standard subscription", short="light", role=Role.LIGHT_AGENT, tie=Tie.STANDARD),
    Caller(name="light agent without a subscription", short="l-none", role=Role.LIGHT_AGENT),
    Caller(name="administrator without a subscription", short="adm", role=Role.ADMIN),
    Caller(name="administrator, standard subscription", short="a-std", role=Role.ADMIN, tie=Tie.STANDARD),
    Caller(name="administrator with break-glass", short="glass", role=Role.ADMIN, tie=Tie.BREAK_GLASS),
    Caller(
        name="API token with tickets:read alone, standard subscription",
        short="t-read",
        tie=Tie.STANDARD,
        scopes=frozenset({Permission.TICKETS_READ}),
    ),
    Caller(
        name="API token with notes:write alone, standard subscription",
        short="t-note",
        tie=Tie.STANDARD,
        scopes=frozenset({Permission.NOTES_WRITE}),
    ),
    Caller(name="API token with every scope, no subscription", short="t-none", scopes=_ALL),
    Caller(name="administrator's API token with every scope", short="t-adm", role=Role.ADMIN, scopes=_ALL),
    Caller(
        name="API token of an administrator with break-glass",
        short="t-gls",
        role=Role.ADMIN,
        tie=Tie.BREAK_GLASS,
        scopes=_ALL,
    ),
)

_OUTCOMES = {Verdict.ALLOWED: Outcome.ALLOWED, Verdict.READ_ONLY: Outcome.FORBIDDEN, Verdict.HIDDEN: Outcome.HIDDEN}


def expected(row: Row, caller: Caller) -> Outcome:
    """What this caller gets from the route: the session first, then the permission, then the ticket."""
    if row.permission == PUBLIC:
        return Outcome.ALLOWED
    if caller.anonymous:
        return Outcome.UNAUTHENTICATED
    if not _let_in(row, caller):
        return Outcome.FORBIDDEN
    if row.verb is None:
        return Outcome.ALLOWED
    found = _OUTCOMES[TABLE[caller.tie][row.verb]]
    return Outcome.REFUSED if row.in_channel and caller.tie in {Tie.BREAK_GLASS, Tie.NOTHING} else found


def _let_in(row: Row, caller: Caller) -> bool:
    """Whether the door itself opens: a session where one is needed, and the permission."""
    if caller.scopes is not None and (row.sessions_only or row.permission == OWN_SESSION):
        return False
    return row.permission in {SIGNED_IN, OWN_SESSION} or row.permission in caller.permissions


@dataclass(frozen=True, kw_only=True)
class Route:
    """A route as the service declares it."""

    operation_id: str
    method: str
    path: str
    permissions: tuple[str, ...]


def routes(app: App) -> Iterator[Route]:
    """The described routes of a service, each with what it declares."""
    declared = {
        (method.lower(), found.documented_path): found.permissions
        for found in route_permissions(app.api)
        for method in found.methods
    }
    for path, item in app.api.openapi()["paths"].items():
        for method, operation in item.items():
            yield Route(
                operation_id=operation["operationId"],
                method=method.upper(),
                path=path,
                permissions=tuple(str(name) for name in declared[method, path]),
            )


LEGEND = """What each kind of caller gets.
yes: allowed · 401: sign in · 403: not allowed · 404: no such ticket · 422: no such channel for you
"""


def missing_row(route: Route) -> str:
    """What somebody is told who forgot the row of a new route."""
    return (
        f"{route.method} {route.path} has no row. Add '{route.operation_id}' to ROUTES in"
        " services/tickets/src/tickets/route_table.py: its permission, what it does with the ticket, a sample call."
    )


def main() -> None:
    """Print the table; fails where a route of this service has no row."""
    apps = {app.service: app for app in slices()}
    ours = apps.pop(Service.TICKETS)
    typer.echo(LEGEND)
    for caller in CALLERS:
        typer.echo(f"  {caller.short:<7}{caller.name}")
    typer.echo(f"\n{Service.TICKETS}\n" + _line("", "", [caller.short for caller in CALLERS]))
    forgotten: list[str] = []
    for route in routes(ours):
        row = ROUTES.get(route.operation_id)
        if row is None:
            forgotten.append(missing_row(route))
            continue
        cells = [expected(row, caller) for caller in CALLERS]
        typer.echo(_line(f"{route.method} {route.path}", ", ".join(route.permissions), cells))
    for app in apps.values():
        typer.echo(f"\n{app.service}\n" + _line("", "", ["anon", *(role.value for role in Role)]))
        for route in routes(app):
            typer.echo(_line(f"{route.method} {route.path}", ", ".join(route.permissions), _by_role(route)))
    for text in forgotten:
        typer.echo(text, err=True)
    raise typer.Exit(1 if forgotten else 0)


def _by_role(route: Route) -> list[str]:
    """What the roles get from a route of another service; ``own`` is the portal's own sign-in, for customers."""
    if PUBLIC in route.permissions:
        return [Outcome.ALLOWED] * (len(Role) + 1)
    if not set(route.permissions) & set(Permission):
        return [Outcome.UNAUTHENTICATED] + ["–"] * len(Role)
    return [
        Outcome.UNAUTHENTICATED,
        *(Outcome.ALLOWED if set(route.permissions) <= allowed(role) else Outcome.FORBIDDEN for role in Role),
    ]


def _line(route: str, permission: str, cells: list[str] | list[Outcome]) -> str:
    return f"  {route:<58} {permission:<20}" + "".join(f" {cell:<6}" for cell in cells).rstrip()


if __name__ == "__main__":
    typer.run(main)
