"""Every table of this service, noun by noun, for Alembic."""

from chassis.tables import add_tables
from tickets.audit import models as audit
from tickets.channels import models as channels
from tickets.channels import models_groups as groups
from tickets.database import Base
from tickets.desk import models as desk
from tickets.desk import reminder_models as reminders
from tickets.desk.bulk import models as bulk
from tickets.desk.presence import models as presence
from tickets.desk.reading import models as reading
from tickets.desk.signing import models as signing
from tickets.desk.structure import models as structure
from tickets.desk.writing import models as writing
from tickets.installation import models as installation
from tickets.lists import models as lists
from tickets.properties import models as properties
from tickets.staff import models as staff
from tickets.staff import models_absence as absence
from tickets.staff import models_links as links

__all__ = [
    "absence",
    "audit",
    "bulk",
    "channels",
    "desk",
    "groups",
    "installation",
    "links",
    "lists",
    "metadata",
    "presence",
    "properties",
    "reading",
    "reminders",
    "signing",
    "staff",
    "structure",
    "writing",
]

metadata = Base.metadata
add_tables(metadata)
