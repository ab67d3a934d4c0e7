"""What a ticket's page tells of its ties: links, tickets merged into it, and what can be undone (TS-05, TS-09)."""

from functools import cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from chassis.database import Transaction
from tickets.database import AnyRow
from tickets.desk.answers import LinkOut, RelatedOut, TicketRef, UndoableOut
from tickets.desk.models import Ticket
from tickets.desk.rules.structure import Link, Relation, relation
from tickets.desk.rules.subjects import reference
from tickets.desk.structure.models import StructuralChange, TicketLink

Select = sa.Select[*tuple[Any, ...]]
Condition = sa.ColumnElement[bool]

_TICKET = sa.bindparam("ticket_id", type_=sa.Uuid)
_Member = aliased(Ticket)
_Linked = aliased(Ticket)
_Later = aliased(StructuralChange)


HAS_LINKS = sa.or_(
    *(sa.exists().where(side == Ticket.id) for side in (TicketLink.from_id, TicketLink.to_id, _Member.merged_into))
)
HAS_CHANGES = sa.or_(
    *(sa.exists().where(side == Ticket.id) for side in (StructuralChange.ticket_id, StructuralChange.other_id))
)
"""Columns for the row of a ticket: most tickets have no ties, and need no statement to say so."""


async def related(tx: Transaction, row: AnyRow, agent_id: UUID, *, seen: Condition, prefix: str) -> RelatedOut:
    """The ties of a living ticket to tickets that the agent ``me`` may see; ``seen`` is `desk.queries.SEEN`.

    The row has the ticket's ``id``, ``has_links`` (`HAS_LINKS`) and ``has_changes`` (`HAS_CHANGES`).
    """
    return {
        "links": await links_of(tx, row.id, agent_id, seen=seen, prefix=prefix) if row.has_links else [],
        "undoable": await undoable_changes(tx, row.id, agent_id, seen=seen, prefix=prefix) if row.has_changes else [],
    }


async def links_of(tx: Transaction, ticket_id: UUID, agent_id: UUID, *, seen: Condition, prefix: str) -> list[LinkOut]:
    """The links of a ticket and of those that were merged into it, each with the word that fits this side."""
    rows = await tx.session.execute(links_statement(seen), {"ticket_id": ticket_id, "me": agent_id})
    found: dict[tuple[Relation, int], LinkOut] = {}
    for row in rows:
        word = Relation.MERGED_FROM if row.kind is None else relation(Link(row.kind), forward=row.forward)
        found.setdefault((word, row.number), {"id": row.id, "relation": word, "ticket": _ref(row, prefix)})
    return sorted(found.values(), key=lambda link: (link["ticket"]["number"], link["relation"]))


@cache
def links_statement(seen: Condition) -> Select:
    """Links from both sides, and merges. Whatever ended in the ticket itself by a merge is no link any more."""
    family = sa.select(_Member.id).where((_Member.id == _TICKET) | (_Member.merged_into == _TICKET)).cte("family")
    members = sa.select(family.c.id).scalar_subquery()

    def side(mine: Any, other: Any, *, forward: bool) -> Select:  # noqa: ANN401  # mapped attributes
        return (
            sa.select(
                TicketLink.id,
                sa.cast(TicketLink.kind, sa.Text).label("kind"),
                sa.literal(forward, literal_execute=True).label("forward"),
                Ticket.number,
                Ticket.subject,
            )
            .join(_Linked, _Linked.id == other)
            .join(Ticket, Ticket.id == sa.func.coalesce(_Linked.merged_into, _Linked.id))
            .where(mine.in_(members), Ticket.id != _TICKET, seen)
        )

    merged = sa.select(
        sa.cast(sa.null(), sa.Uuid).label("id"),
        sa.cast(sa.null(), sa.Text).label("kind"),
        sa.true().label("forward"),
        _Member.number,
        _Member.subject,
    ).where(_Member.merged_into == _TICKET)
    return sa.union_all(
        side(TicketLink.from_id, TicketLink.to_id, forward=True),
        side(TicketLink.to_id, TicketLink.from_id, forward=False),
        merged,
    )  # type: ignore[return-value]


async def undoable_changes(
    tx: Transaction, ticket_id: UUID, agent_id: UUID, *, seen: Condition, prefix: str
) -> list[UndoableOut]:
    """The merge or split of a ticket that may be undone now: at most the last one.

    One that something was built upon may be undone as soon as that is undone, like plates on a pile.
    """
    rows = await tx.session.execute(undoable_statement(seen), {"ticket_id": ticket_id, "me": agent_id})
    return [
        {
            "id": row.id,
            "kind": row.kind,
            "at": row.at,
            "by": {"id": row.agent_id, "name": row.agent_name},
            "other": _ref(row, prefix),
        }
        for row in rows
    ]


@cache
def undoable_statement(seen: Condition) -> Select:
    """The agent must see both tickets as they would be afterwards."""
    change = StructuralChange
    return (
        sa.select(change.id, change.kind, change.at, change.agent_id, change.agent_name, Ticket.number, Ticket.subject)
        .join(Ticket, Ticket.id == sa.case((change.ticket_id == _TICKET, change.other_id), else_=change.ticket_id))
        .where(
            (change.ticket_id == _TICKET) | (change.other_id == _TICKET),
            change.undone_at.is_(None),
            ~built_upon(change),
            seen,
        )
        .order_by(change.id.desc())
    )


def built_upon(change: Any) -> sa.Exists:  # noqa: ANN401  # a mapped class
    """Whether a later merge or split that still holds has to do with one of the two tickets."""
    touches = sa.or_(
        *(
            here == there
            for here in (_Later.ticket_id, _Later.other_id)
            for there in (change.ticket_id, change.other_id)
        )
    )
    return sa.exists().where(_Later.id > change.id, _Later.undone_at.is_(None), touches).correlate(change)


def _ref(row: AnyRow, prefix: str) -> TicketRef:
    return {"number": row.number, "reference": reference(prefix, row.number), "subject": row.subject}
