"""The table of keys that sign our mails."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from tickets.database import Base


class MailKey(Base):
    """A key that signs Message-IDs and reply addresses: the newest does, all that are not retired are believed.

    It is in the database and not in the settings: whoever can read it there can read the tickets, too, and every
    process has the same keys at once (ADR 18).
    """

    __tablename__ = "mail_key"

    id: Mapped[str] = mapped_column(primary_key=True)
    secret: Mapped[bytes] = mapped_column(sa.LargeBinary)
    made_at: Mapped[datetime]
    retired_at: Mapped[datetime | None]
