"""The names of a ticket's tags, as a column of lists."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import aliased

from tickets.desk.models import Ticket
from tickets.properties.models import Tag

_key = (
    sa.func.unnest(Ticket.tags)
    .table_valued(sa.column("key", sa.Text), with_ordinality="place", name="held")
    .render_derived()
)
_target = aliased(Tag)
_names = (
    sa.select(sa.func.coalesce(_target.name, Tag.name, _key.c.key))
    .select_from(_key.outerjoin(Tag, Tag.key == _key.c.key).outerjoin(_target, _target.id == Tag.merged_into))
    .order_by(_key.c.place)
    .correlate(Ticket)
)

NO_TAGS = sa.literal_column("'{}'", ARRAY(sa.Text))

TAG_NAMES = sa.case(
    (Ticket.tags == NO_TAGS, NO_TAGS), else_=sa.func.array(_names.scalar_subquery(), type_=ARRAY(sa.Text))
)
"""A ticket's tags as people write them, in the order in which they were given. Most tickets have none: those cost
nothing."""
