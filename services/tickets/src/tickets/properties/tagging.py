"""The tags that people write, turned into those that tickets hold."""

from collections.abc import Collection, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from chassis.database import Transaction
from chassis.ids import new_id
from tickets.database import is_one_of, table_of
from tickets.properties.models import Tag
from tickets.properties.rules.tags import canonical


async def held_as(tx: Transaction, names: Sequence[str]) -> list[str]:
    """The canonical forms behind these names, aliases followed and unknown ones made, in the same order, each once.

    The tags are locked against merging and deletion, so that what is written with them stays right.
    """
    by_key = dict(reversed([(canonical(name), name) for name in names]))
    found = await _known(tx, by_key)
    missing = sorted(set(by_key) - set(found))
    if missing:
        rows = [
            {"id": new_id(), "key": key, "name": by_key[key], "merging": False, "created_at": tx.now} for key in missing
        ]
        made = insert(table_of(Tag)).values(rows)
        # Who loses a race for a new tag waits here for the winner, and then holds the winner's row.
        await tx.session.execute(made.on_conflict_do_update(index_elements=["key"], set_={"key": made.excluded.key}))
        found |= await _known(tx, missing)
    return [*dict.fromkeys(found[canonical(name)] for name in names)]


async def known_as(tx: Transaction, names: Collection[str]) -> set[str]:
    """The canonical forms behind those of these names that are tags; with those that they were merged from."""
    keys = {canonical(name) for name in names}
    return keys | set((await _known(tx, keys)).values())


async def names_of(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """How people see the tags with these canonical forms."""
    rows = await tx.session.execute(sa.select(Tag.key, Tag.name).where(is_one_of(Tag.key, keys)))
    return {row.key: row.name for row in rows}


async def _known(tx: Transaction, keys: Collection[str]) -> dict[str, str]:
    """What the tags with these forms lead to, locked in one order."""
    theirs = sa.select(Tag.key, Tag.merged_into).where(is_one_of(Tag.key, keys)).order_by(Tag.key)
    tags = (await tx.session.execute(theirs.with_for_update(read=True))).all()
    ids = {tag.merged_into for tag in tags if tag.merged_into}
    if not ids:
        return {tag.key: tag.key for tag in tags}
    targets = await tx.session.execute(
        sa.select(Tag.id, Tag.key).where(is_one_of(Tag.id, ids)).order_by(Tag.key).with_for_update(read=True)
    )
    target = {row.id: row.key for row in targets}
    return {tag.key: target[tag.merged_into] if tag.merged_into else tag.key for tag in tags}
