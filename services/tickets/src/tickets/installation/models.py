"""The table of the desk's settings: one row, a column for each setting."""

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base


class Installation(Base):
    """What holds for the whole desk (CF-06); the migration made the only row.

    ``default_channel`` takes tickets that name no channel that exists; None: the first in order. ``reopen_days`` is
    what a new channel begins with; None: a reply always reopens (C8).
    """

    __tablename__ = "installation"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    default_channel: Mapped[str | None] = mapped_column(sa.ForeignKey("channel.key"))
    reopen_days: Mapped[int | None]
    version: Mapped[int]

    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)
