"""The conditions that lists filter by: tags, priority, values of custom fields (LF-06, TS-03, TS-04)."""

from typing import Any

import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from tickets.desk import property_filters as filters
from tickets.desk.models import Ticket

VALUES: list[dict[str, Any]] = [
    {},
    {"amount": 5, "device": "router", "until": "2026-11-20", "parts": ["a", "b"], "paid": True},
    {"amount": 7.5, "device": "phone", "until": "2026-12-01", "parts": ["b"], "paid": False},
    {"amount": 100, "until": "2025-01-01"},
]


@pytest.mark.parametrize(
    ("condition", "given", "numbers"),
    [
        (filters.has_value("value"), {"value": {"device": "router"}}, [2]),
        (filters.has_value("value"), {"value": {"parts": ["b"]}}, [2, 3]),
        (filters.has_value("value"), {"value": {"paid": False}}, [3]),
        (filters.has_value("value"), {"value": {"amount": 7.5, "device": "router"}}, []),
        (filters.has_field("key"), {"key": "device"}, [2, 3]),
        (filters.number_between("key", lowest="low", highest="high"), {"key": "amount", "low": 5, "high": 7.5}, [2, 3]),
        (filters.number_between("key", lowest="low"), {"key": "amount", "low": 50}, [4]),
        (filters.number_between("key", lowest="low"), {"key": "device", "low": 0}, []),
        (
            filters.date_between("key", lowest="low", highest="high"),
            {"key": "until", "low": "2026-11-20", "high": "2026-11-30"},
            [2],
        ),
        (filters.date_between("key", highest="high"), {"key": "until", "high": "2026-01-01"}, [4]),
        (filters.has_tags("tags"), {"tags": ["even"]}, [2, 4]),
        (filters.has_tags("tags"), {"tags": ["even", "last"]}, [4]),
        (filters.has_priority("priority"), {"priority": "urgent"}, [4]),
    ],
)
async def test_a_condition_finds_exactly_its_tickets(
    desk: Desk, condition: sa.ColumnElement[bool], given: dict[str, Any], numbers: list[int]
) -> None:
    for place, values in enumerate(VALUES, start=1):
        ticket = await desk.receive()
        async with desk.app.database.transaction() as tx:
            tags = [name for name, holds in {"even": place % 2 == 0, "last": place == len(VALUES)}.items() if holds]
            priority = "urgent" if place == len(VALUES) else "normal"
            change = sa.update(Ticket).where(Ticket.id == ticket.id)
            await tx.session.execute(change.values(fields=values, tags=tags, priority=priority))
    async with desk.app.database.transaction() as tx:
        found = await tx.session.scalars(sa.select(Ticket.number).where(condition).order_by(Ticket.number), given)
        assert [number - 10_000 for number in found] == numbers
