"""What changes notifications, preferences and the mails that bundle them."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from chassis.database import Transaction
from chassis.ids import new_id
from contracts.notify import AddedNotification, NotificationsAdded, NotificationsRead
from contracts.tickets import Reason, TicketEvent
from notify.errors import NotificationNotFound
from notify.models import notice_mail, notification, preference
from notify.rules.fan_out import RANKED, MailState, Notice, Way, fan_out
from notify.rules.timing import LEASE

BUNDLE_MOST = 1000
"""Notices in one mail; what is beyond it goes into the next one."""

EVENT_MOST = 1000
"""Notifications that one event tells of: about 250 KB."""

BUNDLE_STEP = 5000
FORGET_STEP = 5000
CLAIM = 20
BUNDLING_LOCK = 5_718_001
"""The advisory lock that lets one worker at a time make bundles, so that an agent gets one mail and not two."""

_COLUMNS: dict[str, TypeEngine[Any]] = {
    "id": sa.Uuid(),
    "agent_id": sa.Uuid(),
    "event_id": sa.Uuid(),
    "ticket_id": sa.Uuid(),
    "ticket_version": sa.BigInteger(),
    "number": sa.BigInteger(),
    "kind": sa.Text(),
    "reasons": sa.Text(),
    "at": sa.DateTime(timezone=True),
    "in_app": sa.Boolean(),
    "mail_state": sa.Text(),
}


def _told() -> sa.Insert:
    """One statement for any number of rows: arrays have no limit of parameters, and the statement is compiled once."""
    rows = (
        sa.func.unnest(*(sa.bindparam(name, type_=ARRAY(kind)) for name, kind in _COLUMNS.items()))
        .table_valued(*(sa.column(name, kind) for name, kind in _COLUMNS.items()))
        .render_derived(name="told")
    )
    values: dict[str, sa.ColumnElement[Any]] = {name: rows.c[name] for name in _COLUMNS}
    values["reasons"] = sa.func.string_to_array(rows.c.reasons, ",")
    values["created_at"] = sa.bindparam("created_at", type_=sa.DateTime(timezone=True))
    statement = insert(notification).from_select(list(values), sa.select(*values.values()))
    told = statement.on_conflict_do_update(
        constraint="notification_once_per_version",
        set_={name: statement.excluded[name] for name in ("event_id", "kind", "reasons")},
        where=_rank(statement.excluded.kind) < _rank(notification.c.kind),
    )
    shown = ("id", "agent_id", "ticket_id", "number", "kind", "reasons", "in_app", "read_at")
    return told.returning(*(notification.c[name] for name in shown))


def _rank(kind: sa.ColumnElement[str]) -> sa.ColumnElement[int]:
    return sa.func.array_position(sa.literal([str(known) for known in RANKED], ARRAY(sa.Text)), kind)


_TELL = _told()


async def tell(tx: Transaction, events: Sequence[TicketEvent]) -> None:
    """Write a notice for everybody whom these events name; what is there already stays or gets more telling."""
    agents = {addressee.agent_id for event in events for addressee in event.audience}
    if not agents:
        return
    notices = fan_out(events, muted=await _muted(tx, agents))
    if not notices:
        return
    rows = (await tx.session.execute(_TELL, {**_arrays(notices), "created_at": tx.now})).all()
    added = [
        AddedNotification(
            agent_id=row.agent_id,
            notification_id=row.id,
            ticket_id=row.ticket_id,
            number=row.number,
            kind=row.kind,
            reasons=tuple(Reason(reason) for reason in row.reasons),
        )
        for row in rows
        if row.in_app and row.read_at is None
    ]
    for begin in range(0, len(added), EVENT_MOST):
        tx.emit(NotificationsAdded(notifications=tuple(added[begin : begin + EVENT_MOST])))


async def _muted(tx: Transaction, agents: Iterable[UUID]) -> frozenset[tuple[UUID, Way]]:
    rows = await tx.session.execute(
        sa.select(preference.c.agent_id, preference.c.way).where(
            preference.c.agent_id.in_(agents), preference.c.enabled.is_(False)
        )
    )
    return frozenset((row.agent_id, Way(row.way)) for row in rows)


def _arrays(notices: Sequence[Notice]) -> dict[str, list[object]]:
    return {
        "id": [new_id() for _ in notices],
        "agent_id": [notice.agent_id for notice in notices],
        "event_id": [notice.event_id for notice in notices],
        "ticket_id": [notice.ticket_id for notice in notices],
        "ticket_version": [notice.ticket_version for notice in notices],
        "number": [notice.number for notice in notices],
        "kind": [str(notice.kind) for notice in notices],
        "reasons": [",".join(notice.reasons) for notice in notices],
        "at": [notice.at for notice in notices],
        "in_app": [Way.IN_APP in notice.ways for notice in notices],
        "mail_state": [str(MailState.PENDING if Way.MAIL in notice.ways else MailState.OFF) for notice in notices],
    }


async def mark_read(tx: Transaction, agent_id: UUID, *, notification_id: UUID) -> None:
    """The agent has seen this one; a second time changes nothing. Raises `NotificationNotFound`."""
    await _mark(tx, agent_id, notification_id)
    tx.emit(NotificationsRead(agent_id=agent_id, notification_id=notification_id, older=False))


async def _mark(tx: Transaction, agent_id: UUID, notification_id: UUID) -> None:
    mine = sa.and_(
        notification.c.agent_id == agent_id, notification.c.id == notification_id, notification.c.in_app.is_(True)
    )
    found = await tx.session.scalar(
        sa.update(notification)
        .where(mine)
        .values(read_at=sa.func.coalesce(notification.c.read_at, tx.now))
        .returning(notification.c.id)
    )
    if found is None:
        raise NotificationNotFound("You have no notification with this id. Reload the list.")


async def mark_read_up_to(tx: Transaction, agent_id: UUID, *, notification_id: UUID) -> None:
    """The agent has seen this one and all older ones. Raises `NotificationNotFound`."""
    await _mark(tx, agent_id, notification_id)
    tx.emit(NotificationsRead(agent_id=agent_id, notification_id=notification_id, older=True))
    await tx.session.execute(
        sa.update(notification)
        .where(
            notification.c.agent_id == agent_id,
            notification.c.id < notification_id,
            notification.c.in_app.is_(True),
            notification.c.read_at.is_(None),
        )
        .values(read_at=tx.now)
    )


async def set_preferences(tx: Transaction, agent_id: UUID, *, ways: dict[Way, bool]) -> None:
    """Switch the ways on which the agent is told; it counts for what happens from now on."""
    statement = insert(preference).values(
        [{"agent_id": agent_id, "way": str(way), "enabled": enabled} for way, enabled in sorted(ways.items())]
    )
    await tx.session.execute(
        statement.on_conflict_do_update(
            index_elements=["agent_id", "way"], set_={"enabled": statement.excluded.enabled}
        )
    )


_ANYTHING_PENDING = sa.select(sa.exists().where(notification.c.mail_state == sa.literal_column("'pending'")))
"""Asked every second; most of the time the answer is no."""


async def bundle_notices(tx: Transaction, *, quiet: timedelta, longest_wait: timedelta) -> int:
    """Fix what goes into which mail, for every agent for whom it has been quiet; returns how many mails that makes.

    Fixed and committed before anything is sent, so that a retry sends the same mail and not a similar one: the id of
    a mail is made from the ids of its notices. An agent whose last mail has not left yet gets no second one: what
    came meanwhile, during an outage for example, goes together into the next.
    """
    if not await tx.session.scalar(_ANYTHING_PENDING):
        return 0
    if not await tx.session.scalar(sa.select(sa.func.pg_try_advisory_xact_lock(BUNDLING_LOCK))):
        return 0
    created = notification.c.created_at
    quiet_agents = (
        sa.select(notification.c.agent_id)
        .where(
            notification.c.mail_state == sa.literal_column("'pending'"),
            ~sa.exists().where(notice_mail.c.agent_id == notification.c.agent_id, notice_mail.c.done_at.is_(None)),
        )
        .group_by(notification.c.agent_id)
        .having(sa.or_(sa.func.max(created) <= tx.now - quiet, sa.func.min(created) <= tx.now - longest_wait))
    )
    rows = await tx.session.execute(
        sa.select(notification.c.agent_id, notification.c.id)
        .where(notification.c.mail_state == sa.literal_column("'pending'"), notification.c.agent_id.in_(quiet_agents))
        .order_by(notification.c.agent_id, notification.c.id)
        .limit(BUNDLE_STEP)
    )
    bundles = [
        (agent_id, [row.id for row in mine][:BUNDLE_MOST]) for agent_id, mine in groupby(rows, lambda row: row.agent_id)
    ]
    if bundles:
        await _store_bundles(tx, bundles)
        tx.wake("send-mails")
    return len(bundles)


async def _store_bundles(tx: Transaction, bundles: Sequence[tuple[UUID, Sequence[UUID]]]) -> None:
    mails = [(bundle_id(ids), agent_id, ids) for agent_id, ids in bundles]
    await tx.session.execute(
        sa.insert(notice_mail),
        [
            {"id": mail_id, "agent_id": agent_id, "created_at": tx.now, "due_at": tx.now, "tries": 0}
            for mail_id, agent_id, _ in mails
        ],
    )
    for mail_id, _, ids in mails:
        await tx.session.execute(
            sa.update(notification)
            .where(notification.c.id.in_(ids))
            .values(mail_id=mail_id, mail_state=str(MailState.BUNDLED))
        )


def bundle_id(notification_ids: Iterable[UUID]) -> UUID:
    """The id of the mail for exactly these notices: the same whoever computes it and how often."""
    digest = hashlib.sha256(b"".join(sorted(each.bytes for each in notification_ids))).hexdigest()
    return uuid5(NAMESPACE_URL, f"deskstream:notice-mail:{digest}")


async def claim_mails(tx: Transaction) -> Sequence[sa.Row[tuple[UUID, UUID, object, int]]]:
    """Take due mails for this worker alone, for the length of the lease; each counts one try more."""
    due = (
        sa.select(notice_mail.c.id)
        .where(notice_mail.c.done_at.is_(None), notice_mail.c.due_at <= tx.now)
        .order_by(notice_mail.c.due_at)
        .limit(CLAIM)
        .with_for_update(skip_locked=True)
    )
    rows = await tx.session.execute(
        sa.update(notice_mail)
        .where(notice_mail.c.id.in_(due.scalar_subquery()))
        .values(due_at=tx.now + LEASE, tries=notice_mail.c.tries + 1)
        .returning(notice_mail.c.id, notice_mail.c.agent_id, notice_mail.c.created_at, notice_mail.c.tries)
    )
    return rows.all()


async def postpone_mails(tx: Transaction, mail_ids: Iterable[UUID], *, pause: timedelta) -> None:
    """Try these again after a pause."""
    await tx.session.execute(
        sa.update(notice_mail)
        .where(notice_mail.c.id.in_(mail_ids), notice_mail.c.done_at.is_(None))
        .values(due_at=tx.now + pause)
    )


async def close_mail(tx: Transaction, mail_id: UUID, *, told: Iterable[UUID]) -> None:
    """The mail is on its way with the notices of these tickets; its other notices are dropped."""
    await tx.session.execute(sa.update(notice_mail).where(notice_mail.c.id == mail_id).values(done_at=tx.now))
    sent = notification.c.ticket_id.in_(told)
    await tx.session.execute(
        sa.update(notification)
        .where(notification.c.mail_id == mail_id)
        .values(mail_state=sa.case((sent, str(MailState.SENT)), else_=str(MailState.DROPPED)))
    )


async def forget_old(tx: Transaction, *, keep: timedelta) -> int:
    """Delete a step of what is older than ``keep``; returns how many notifications that were."""
    old = sa.select(notification.c.id).where(notification.c.created_at < tx.now - keep).limit(FORGET_STEP)
    gone = await tx.session.scalars(
        sa.delete(notification).where(notification.c.id.in_(old)).returning(notification.c.id)
    )
    await tx.session.execute(sa.delete(notice_mail).where(notice_mail.c.done_at < tx.now - keep))
    return len(gone.all())
