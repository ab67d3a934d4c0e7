"""What changes the desk's settings."""

from sqlalchemy.exc import IntegrityError

from chassis.database import Transaction
from chassis.versions import StaleVersion
from tickets.errors import UnknownReference
from tickets.installation.models import Installation
from tickets.installation.queries import installation
from tickets.installation.shapes import SettingsPatch


async def change_settings(tx: Transaction, patch: SettingsPatch, *, expected: int) -> Installation:
    """Change settings. Raises `StaleVersion`, and `UnknownReference` for a channel that does not exist."""
    row = await installation(tx, lock=True)
    if row.version != expected:
        raise StaleVersion(
            f"The settings are at version {row.version} by now. Read them again, then repeat your change.",
            current={"version": row.version},
        )
    for name in patch.model_fields_set:
        setattr(row, name, getattr(patch, name))
    row.version += 1
    try:
        await tx.session.flush()
    except IntegrityError as error:
        raise UnknownReference(f"There is no channel '{patch.default_channel}'.") from error
    return row
