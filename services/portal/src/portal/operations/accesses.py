"""External accesses: create, change, let contacts in and take them out."""

from collections.abc import Callable
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.versions import StaleVersion
from portal import queries
from portal.errors import AccessExists, ContactHasAccess, ContactNotInAccess
from portal.models import access_contact, external_access
from portal.rules.access import AccessFields


async def create_access(tx: Transaction, fields: AccessFields, *, access_id: UUID | None = None) -> queries.Access:
    """A new external access, without contacts. Raises `AccessExists`."""
    access_id = access_id or new_id()
    row = {"id": access_id, "version": 1, "created_at": tx.now, "changed_at": tx.now, **_columns(fields)}
    await _write(tx, sa.insert(external_access).values(row), name=fields.name)
    return await queries.get_access(tx, access_id)


async def change_access(
    tx: Transaction, access_id: UUID, *, version: int, change: Callable[[AccessFields], AccessFields]
) -> queries.Access:
    """Change the version that was read.

    An access that is switched off lets nobody in, and who is in is out with the next request. Raises
    `AccessNotFound`, `StaleVersion` and `AccessExists`.
    """
    current = await queries.get_access(tx, access_id, lock=True)
    if current.version != version:
        raise StaleVersion("Read the external access again, then change it.", current=current.as_json())
    fields = change(current.fields)
    statement = (
        sa.update(external_access)
        .where(external_access.c.id == access_id)
        .values(version=version + 1, changed_at=tx.now, **_columns(fields))
    )
    await _write(tx, statement, name=fields.name)
    return await queries.get_access(tx, access_id)


async def add_contact(tx: Transaction, access_id: UUID, *, contact_id: UUID) -> None:
    """Let a contact in; a second time changes nothing. Raises `AccessNotFound` and `ContactHasAccess`."""
    await queries.get_access(tx, access_id)
    await tx.session.execute(
        insert(access_contact)
        .values(contact_id=contact_id, access_id=access_id, added_at=tx.now)
        .on_conflict_do_nothing()
    )
    found = await tx.session.scalar(
        sa.select(access_contact.c.access_id).where(access_contact.c.contact_id == contact_id)
    )
    if found != access_id:
        raise ContactHasAccess("A contact signs in by one external access. Remove it from the other one first.")


async def remove_contact(tx: Transaction, access_id: UUID, *, contact_id: UUID) -> None:
    """Take a contact out; their sessions and links end with it (PX-06). Raises `ContactNotInAccess`."""
    gone = await tx.session.scalar(
        sa.delete(access_contact)
        .where(access_contact.c.access_id == access_id, access_contact.c.contact_id == contact_id)
        .returning(access_contact.c.contact_id)
    )
    if gone is None:
        raise ContactNotInAccess("This contact is not in this external access. Reload the list.")


async def _write(tx: Transaction, statement: sa.Executable, *, name: str) -> None:
    try:
        async with tx.session.begin_nested():
            await tx.session.execute(statement)
    except IntegrityError as error:
        raise AccessExists(f"There is an external access called '{name}'. Choose another name.") from error


def _columns(fields: AccessFields) -> dict[str, object]:
    return {
        "name": fields.name,
        "active": fields.active,
        "sections": sorted(fields.sections),
        "visibility": str(fields.visibility),
        "channels": {key: str(use) for key, use in fields.channels.items()},
    }
