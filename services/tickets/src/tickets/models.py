"""Every table of this service, noun by noun, for Alembic."""

from chassis.tables import add_tables
from tickets.audit import models as audit
from tickets.channels import models as channels
from tickets.channels import models_groups as groups
from tickets.database import Base
from tickets.desk import models as desk
from tickets.staff import models as staff
from tickets.staff import models_absence as absence
from tickets.staff import models_links as links

__all__ = ["absence", "audit", "channels", "desk", "groups", "links", "metadata", "staff"]

metadata = Base.metadata
add_tables(metadata)
