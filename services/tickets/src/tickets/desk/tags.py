"""Tags: completed while somebody types, renamed and merged by administrators (TS-03)."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlalchemy.orm import InstrumentedAttribute, aliased

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.paging import decode_cursor, encode_cursor
from tickets.database import AnyRow, table_of
from tickets.desk.models import Ticket
from tickets.desk.queries import SEEN
from tickets.properties.errors import NameTaken, TagInUse, TagNotFound
from tickets.properties.models import Tag
from tickets.properties.rules.tags import canonical

MERGE_TAGS = "merge-tags"
"""The job that gives merged tags' tickets the tag that they were merged into."""

_NONE = sa.literal_column("'{}'", ARRAY(sa.Text))

COUNT_UP_TO = 1_000
BATCH = 500
"""Tickets in one transaction of a merge."""


def holds(key: sa.ColumnElement[str] | InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Tickets that hold the tag with this canonical form; the index of tags answers it, in its own collation."""
    tag = sa.collate(sa.cast(key, sa.Text), "default")
    return (Ticket.tags != _NONE) & Ticket.tags.contains(sa.cast(array([tag]), ARRAY(sa.Text)))


_LIVING = Tag.merged_into.is_(None)


def _counted(*conditions: sa.ColumnElement[bool]) -> sa.ScalarSelect[int]:
    found: sa.Select[*tuple[Any, ...]] = (
        sa.select(sa.literal_column("1")).select_from(Ticket).where(holds(Tag.key), *conditions)
    )
    capped = found.correlate(Tag).limit(COUNT_UP_TO).subquery()
    return sa.select(sa.func.count()).select_from(capped).correlate(Tag).scalar_subquery()


async def complete_tags(
    tx: Transaction, agent_id: UUID, *, typed: str, cursor: str | None, limit: int
) -> tuple[Sequence[AnyRow], str | None]:
    """Tags that begin with what was typed and are on a ticket that the agent may see, in order, with how many.

    Raises `InvalidCursor`.
    """
    statement = completion(typed).where(*_behind(cursor))
    return await _page(tx, statement, {"me": agent_id}, limit)


def completion(typed: str) -> sa.Select[*tuple[Any, ...]]:
    """The statement of a completion, for the agent ``me``; tags are counted one by one until the page is full."""
    once = sa.literal_column("0", sa.Integer)  # OFFSET 0 keeps PostgreSQL from counting for the filter and the column
    seen = sa.select(_counted(SEEN).label("tickets")).correlate(Tag).offset(once).lateral()
    statement = sa.select(Tag.id, Tag.key, Tag.name, seen.c.tickets).join(seen, sa.true())
    return statement.where(_LIVING, seen.c.tickets > 0, *_begins(typed))


async def all_tags(
    tx: Transaction, *, typed: str, cursor: str | None, limit: int
) -> tuple[Sequence[AnyRow], str | None]:
    """Every tag, with how many tickets of the whole desk hold it: for administrators. Raises `InvalidCursor`."""
    merging = sa.exists().where(_alias.merged_into == Tag.id, _alias.merging)
    statement = sa.select(Tag.id, Tag.key, Tag.name, _counted().label("tickets"), merging.label("merging"))
    return await _page(tx, statement.where(_LIVING, *_begins(typed), *_behind(cursor)), {}, limit)


_alias = aliased(Tag)


def _begins(typed: str) -> list[sa.ColumnElement[bool]]:
    prefix = canonical(typed)
    return [Tag.key.startswith(prefix, autoescape=True)] if prefix else []


def _behind(cursor: str | None) -> list[sa.ColumnElement[bool]]:
    return [Tag.key > decode_cursor(cursor, str)[0]] if cursor is not None else []


async def _page(
    tx: Transaction, statement: sa.Select[*tuple[object, ...]], values: dict[str, object], limit: int
) -> tuple[Sequence[AnyRow], str | None]:
    rows = (await tx.session.execute(statement.order_by(Tag.key).limit(limit + 1), values)).all()
    return rows[:limit], encode_cursor(rows[limit - 1].key) if len(rows) > limit else None


async def rename_tag(tx: Transaction, tag_id: UUID, name: str) -> Tag:
    """Another name. The old one stays as an alias, so whoever writes it still gets this tag.

    Raises `TagNotFound`, and `NameTaken` where the new name is another tag's.
    """
    tag = await _find(tx, tag_id)
    old_key, old_name, key = tag.key, tag.name, canonical(name)
    tag.name = name
    if key == old_key:
        return tag
    there = await tx.session.scalar(sa.select(Tag).where(Tag.key == key).with_for_update())
    if there is not None and there.merged_into != tag.id:
        raise NameTaken(f"There is a tag '{there.name}' already. Merge this tag into that one.")
    if there is not None:
        # A former name comes back: tickets that a merge has not reached yet hold what is right already.
        await tx.session.delete(there)
        await tx.session.flush()
    tag.key = key
    await tx.session.flush()
    alias = Tag(id=new_id(), key=old_key, name=old_name, merged_into=tag.id, merging=True, created_at=tx.now)
    tx.session.add(alias)
    tx.wake(MERGE_TAGS)
    return tag


async def merge_tags(tx: Transaction, tag_id: UUID, *, into: UUID) -> Tag:
    """Make one tag of two; the first stays as an alias. Its tickets follow in batches, by a job.

    A ticket's version and place in lists stay as they are: it is the word that changed, for all at once, as when a
    channel gets another name. Raises `TagNotFound`, and `TagInUse` for a merge into itself.
    """
    if tag_id == into:
        raise TagInUse("A tag cannot be merged into itself. Choose another one.")
    first, second = sorted((tag_id, into))
    tags = {one: await _find(tx, one) for one in (first, second)}
    await tx.session.execute(sa.update(Tag).where(Tag.merged_into == tag_id).values(merged_into=into, merging=True))
    tags[tag_id].merged_into, tags[tag_id].merging = into, True
    tx.wake(MERGE_TAGS)
    return tags[into]


async def delete_tag(tx: Transaction, tag_id: UUID) -> None:
    """Delete a tag that no ticket holds, with its aliases. Raises `TagNotFound`, `TagInUse`."""
    tag = await _find(tx, tag_id)
    aliases = (await tx.session.scalars(sa.select(Tag).where(Tag.merged_into == tag.id).with_for_update())).all()
    used = await tx.session.scalar(sa.select(sa.exists().where(holds(sa.literal(tag.key, sa.Text)))))
    if used or any(alias.merging for alias in aliases):
        raise TagInUse("Tickets have this tag. Merge it into another one, or remove it from them first.")
    await tx.session.execute(sa.delete(table_of(Tag)).where(Tag.merged_into == tag.id))
    await tx.session.execute(sa.delete(table_of(Tag)).where(Tag.id == tag.id))


async def _find(tx: Transaction, tag_id: UUID) -> Tag:
    tag = await tx.session.get(Tag, tag_id, with_for_update=True)
    if tag is None or tag.merged_into is not None:
        raise TagNotFound("There is no tag with this id, or it was merged. Reload the list.")
    return tag


async def merge_next_batch(tx: Transaction) -> int:
    """Give a batch of a merged tag's tickets the other tag; gives how many tickets or finished merges that were."""
    merging = sa.select(Tag).where(Tag.merging).order_by(Tag.id).limit(1)
    alias = await tx.session.scalar(merging.with_for_update(skip_locked=True))
    if alias is None:
        return 0
    key = await tx.session.scalar(sa.select(Tag.key).where(Tag.id == alias.merged_into))
    batch = sa.select(Ticket.id).where(holds(sa.literal(alias.key, sa.Text))).order_by(Ticket.id).limit(BATCH)
    ids = (await tx.session.scalars(batch.with_for_update())).all()
    if not ids:
        alias.merging = False
        return 1
    old, new = sa.literal(alias.key, sa.Text), sa.literal(key, sa.Text)
    both = holds(new)
    await tx.session.execute(
        sa.update(table_of(Ticket))
        .where(Ticket.id.in_(ids))
        .values(
            tags=sa.case(
                (both, sa.func.array_remove(Ticket.tags, old)),
                else_=sa.func.array_replace(Ticket.tags, old, new),
            )
        )
    )
    return len(ids)
