"""Saved views: their owners make and change them, others use them (LF-06)."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.paging import decode_cursor, encode_cursor
from chassis.versions import StaleVersion
from tickets.channels.models import Subscription
from tickets.errors import UnknownReference
from tickets.lists.errors import NotYourView, TooManyViews, ViewNotFound
from tickets.lists.models import View
from tickets.lists.rules.words import SharedWith
from tickets.lists.shapes import Narrowing
from tickets.lists.view_shapes import ViewIn, ViewOut, ViewPage, ViewPatch

MOST_VIEWS = 100
"""Of one agent."""


async def create_view(tx: Transaction, agent_id: UUID, new: ViewIn) -> View:
    """Keep a new view. Raises `TooManyViews`, `UnknownReference`."""
    await _may_share(tx, agent_id, new.channel)
    owned = sa.select(sa.func.count()).select_from(View).where(View.owner_id == agent_id)
    if (await tx.session.scalar(owned) or 0) >= MOST_VIEWS:
        raise TooManyViews(f"You have {MOST_VIEWS} views. Delete one that you do not use any more.")
    view = View(
        id=new_id(),
        owner_id=agent_id,
        name=new.name,
        shared_with=new.shared_with,
        channel=new.channel,
        filters=_stored(new.filters),
        position=new.position,
        version=1,
    )
    tx.session.add(view)
    await tx.session.flush()
    return view


async def change_view(tx: Transaction, agent_id: UUID, view_id: UUID, patch: ViewPatch, *, expected: int) -> View:
    """Change a view. Raises `ViewNotFound`, `NotYourView`, `StaleVersion`, `UnknownReference`."""
    view = await _own(tx, agent_id, view_id, expected=expected)
    given = patch.model_fields_set
    if patch.shared_with is not None:
        await _may_share(tx, agent_id, patch.channel)
        view.shared_with, view.channel = patch.shared_with, patch.channel
    for name in given & {"name", "position"}:
        setattr(view, name, getattr(patch, name))
    if patch.filters is not None:
        view.filters = _stored(patch.filters)
    view.version += 1
    return view


async def delete_view(tx: Transaction, agent_id: UUID, view_id: UUID, *, expected: int) -> None:
    """Delete a view, for everybody. Raises `ViewNotFound`, `NotYourView`, `StaleVersion`."""
    await tx.session.delete(await _own(tx, agent_id, view_id, expected=expected))


async def find_view(tx: Transaction, agent_id: UUID, view_id: UUID, *, lock: bool = False) -> View:
    """The view, if the agent may use it. Raises `ViewNotFound`."""
    statement = sa.select(View).where(View.id == view_id, _usable(agent_id))
    view = await tx.session.scalar(statement.with_for_update() if lock else statement)
    if view is None:
        raise ViewNotFound("There is no view with this id that you may use.")
    return view


async def view_page(tx: Transaction, agent_id: UUID, *, limit: int, cursor: str | None) -> ViewPage:
    """The views that the agent may use, page by page. Raises `InvalidCursor`."""
    order = (View.position, View.name, View.id)
    statement = sa.select(View).where(_usable(agent_id)).order_by(*order).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(sa.tuple_(*order) > decode_cursor(cursor, int, str, UUID))
    views = (await tx.session.scalars(statement)).all()
    shown = views[:limit]
    last = shown[-1] if len(views) > limit else None
    return ViewPage(
        items=[view_out(view, agent_id) for view in shown],
        next=encode_cursor(last.position, last.name, last.id) if last else None,
    )


def view_out(view: View, agent_id: UUID) -> ViewOut:
    """A view as the API shows it."""
    return ViewOut(
        id=view.id,
        name=view.name,
        owner_id=view.owner_id,
        mine=view.owner_id == agent_id,
        shared_with=view.shared_with,
        channel=view.channel,
        filters=Narrowing.model_validate(view.filters),
        position=view.position,
        version=view.version,
    )


def _stored(filters: Narrowing) -> dict[str, object]:
    return filters.model_dump(mode="json", exclude_defaults=True)


def _usable(agent_id: UUID) -> sa.ColumnElement[bool]:
    channels = sa.select(Subscription.channel).where(Subscription.agent_id == agent_id)
    everybodys = View.shared_with == sa.literal_column(f"'{SharedWith.EVERYBODY.value}'")
    return sa.or_(View.owner_id == agent_id, View.channel.in_(channels), everybodys)


async def _own(tx: Transaction, agent_id: UUID, view_id: UUID, *, expected: int) -> View:
    view = await find_view(tx, agent_id, view_id, lock=True)
    if view.owner_id != agent_id:
        raise NotYourView("Only its owner changes this view. Save one of your own with its filters.")
    if view.version != expected:
        raise StaleVersion(
            f"The view is at version {view.version} by now. Read it again, then repeat your change.",
            current=view_out(view, agent_id).model_dump(mode="json"),
        )
    return view


async def _may_share(tx: Transaction, agent_id: UUID, channel: str | None) -> None:
    if channel is None:
        return
    subscribed = sa.select(Subscription.channel).where(
        Subscription.agent_id == agent_id, Subscription.channel == channel
    )
    if await tx.session.scalar(subscribed) is None:
        raise UnknownReference(f"You subscribe to no channel '{channel}', so you cannot share a view with it.")
