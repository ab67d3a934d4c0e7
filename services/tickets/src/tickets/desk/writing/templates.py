"""Templates: kept, found, filled in for a ticket (TS-06)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from chassis.database import Transaction
from chassis.ids import new_id
from chassis.inputs import Input
from chassis.paging import decode_cursor, encode_cursor
from chassis.problems import Forbidden
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated, Permission
from tickets.channels.models import Channel
from tickets.channels.queries import access_of
from tickets.desk.models import Ticket
from tickets.desk.queries import find_ticket
from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.variables import filled, filled_line, in_language, plain_text, unknown_variables
from tickets.desk.shapes import Html, Key
from tickets.desk.writing.models import Template
from tickets.desk.writing.shapes import Line
from tickets.errors import TemplateNotFound, UnknownReference, UnknownVariable
from tickets.settings import Settings
from tickets.staff.models import Agent

VARIABLES = frozenset(
    {
        "ticket.reference",
        "ticket.number",
        "ticket.subject",
        "contact.name",
        "contact.address",
        "company.name",
        "agent.name",
        "agent.email",
        "channel.name",
        "today",
    }
)
"""Everything that a template can name."""

TemplateKind = Literal["reply", "note", "letter", "receipt"]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
TemplateName = Annotated[
    str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True, pattern=r"^[^\r\n\x00]*$")
]


class Variant(Input):
    """A template in one language."""

    subject: Line = ""
    html: Annotated[Html, StringConstraints(min_length=1)]


Variants = Annotated[dict[Language, Variant], Field(min_length=1, max_length=10)]


class TemplateIn(Input):
    """A new template. ``shared`` ones are everybody's and need `staff:manage`; others are one's own."""

    name: TemplateName
    kind: TemplateKind
    channel: Key | None = None
    shared: bool = False
    variants: Variants


class TemplatePatch(Input):
    """Changes; a field that is left out stays as it is. ``variants`` replaces all of them."""

    name: TemplateName | None = None
    kind: TemplateKind | None = None
    channel: Key | None = None
    variants: Variants | None = None

    @model_validator(mode="after")
    def _null_only_for_the_channel(self) -> Self:
        for name in self.model_fields_set - {"channel"}:
            if getattr(self, name) is None:
                raise ValueError(f"'{name}' cannot be null; leave it out to keep it")
        return self


class TemplateOut(BaseModel):
    """A template."""

    model_config = ConfigDict(frozen=True)

    id: UUID
    name: str
    kind: TemplateKind
    channel: str | None
    shared: bool
    variants: dict[str, Variant]
    version: int
    changed_at: datetime


class TemplatePage(BaseModel):
    """A page of templates, by name."""

    items: list[TemplateOut]
    next: str | None


class RenderIn(Input):
    """For which ticket, and in which language; default: the agent's own."""

    ticket: int = Field(ge=1, le=2**53)
    language: Language | None = None


class Rendered(BaseModel):
    """A template with everything filled in."""

    language: str
    subject: str
    html: str
    text: str


async def create_template(tx: Transaction, who: Authenticated, new: TemplateIn) -> TemplateOut:
    """Add a template. Raises `Forbidden`, `UnknownReference`, `UnknownVariable`."""
    if new.shared:
        _may_share(who)
    template = Template(
        id=new_id(),
        name=new.name,
        kind=new.kind,
        channel=await _channel(tx, new.channel),
        owner_id=None if new.shared else who.agent_id,
        variants=_stored(new.variants),
        version=1,
        created_at=tx.now,
        changed_at=tx.now,
    )
    tx.session.add(template)
    await tx.session.flush()
    return _out(template)


async def change_template(
    tx: Transaction, who: Authenticated, template_id: UUID, patch: TemplatePatch, *, expected: int
) -> TemplateOut:
    """Change a template. Raises `TemplateNotFound`, `Forbidden`, `StaleVersion`, `UnknownVariable`."""
    template = await _mine(tx, who, template_id, expected=expected)
    given = patch.model_fields_set
    template.name = patch.name or template.name
    template.kind = patch.kind or template.kind
    if "channel" in given:
        template.channel = await _channel(tx, patch.channel)
    if patch.variants is not None:
        template.variants = _stored(patch.variants)
    template.version += 1
    template.changed_at = tx.now
    await tx.session.flush()
    return _out(template)


async def delete_template(tx: Transaction, who: Authenticated, template_id: UUID, *, expected: int) -> None:
    """Delete a template. Raises `TemplateNotFound`, `Forbidden`, `StaleVersion`."""
    await tx.session.delete(await _mine(tx, who, template_id, expected=expected))


async def find_template(tx: Transaction, agent_id: UUID, template_id: UUID, *, lock: bool = False) -> Template:
    """A template that everybody has, or one of the agent's own. Raises `TemplateNotFound`."""
    template = await tx.session.get(Template, template_id, with_for_update=lock)
    if template is None or template.owner_id not in {None, agent_id}:
        raise TemplateNotFound("There is no template with this id that you may use.")
    return template


async def template_page(
    tx: Transaction,
    agent_id: UUID,
    *,
    kind: TemplateKind | None,
    channel: str | None,
    cursor: str | None,
    limit: int,
) -> TemplatePage:
    """A page of the templates that the agent may use, by name. Raises `InvalidCursor`."""
    name = sa.func.lower(Template.name)
    page = sa.select(Template, name.label("folded")).order_by(name, Template.id).limit(limit + 1)
    page = page.where(Template.owner_id.is_(None) | (Template.owner_id == agent_id))
    if kind is not None:
        page = page.where(Template.kind == kind)
    if channel is not None:
        page = page.where(Template.channel.is_(None) | (Template.channel == channel))
    if cursor is not None:
        page = page.where(sa.tuple_(name, Template.id) > sa.tuple_(*decode_cursor(cursor, str, UUID)))
    rows = (await tx.session.execute(page)).all()
    end = rows[limit - 1] if len(rows) > limit else None
    return TemplatePage(
        items=[_out(row.Template) for row in rows[:limit]],
        next=encode_cursor(end.folded, end.Template.id) if end else None,
    )


async def view_template(tx: Transaction, agent_id: UUID, template_id: UUID) -> TemplateOut:
    """A template. Raises `TemplateNotFound`."""
    return _out(await find_template(tx, agent_id, template_id))


async def render_template(
    tx: Transaction, agent_id: UUID, template_id: UUID, asked: RenderIn, *, settings: Settings
) -> Rendered:
    """A template with a ticket's values. Raises `TemplateNotFound` and what `find_ticket` does."""
    template = await find_template(tx, agent_id, template_id)
    ticket = await find_ticket(tx, await access_of(tx, agent_id), asked.ticket)
    agent = await tx.session.get_one(Agent, agent_id)
    wanted = asked.language or agent.language
    language = in_language({name: name for name in template.variants}, wanted)
    variant = template.variants[language]
    values = await _values(tx, ticket, agent, language, settings)
    html = filled(variant["html"], values)
    return Rendered(
        language=language, subject=filled_line(variant["subject"], values), html=html, text=plain_text(html)
    )


async def _values(
    tx: Transaction, ticket: Ticket, agent: Agent, language: str, settings: Settings
) -> Mapping[str, str]:
    channel = await tx.session.get_one(Channel, ticket.channel)
    today = tx.now.astimezone(ZoneInfo(settings.time_zone)).date()
    return {
        "ticket.reference": reference(settings.ticket_prefix, ticket.number),
        "ticket.number": str(ticket.number),
        "ticket.subject": ticket.subject,
        "contact.name": ticket.contact_name or ticket.contact_address or "",
        "contact.address": ticket.contact_address or "",
        "company.name": ticket.company_name or "",
        "agent.name": agent.name,
        "agent.email": agent.email,
        "channel.name": channel.name,
        "today": f"{today:%d.%m.%Y}" if language == "de" else f"{today:%Y-%m-%d}",
    }


def _may_share(who: Authenticated) -> None:
    if Permission.STAFF_MANAGE not in who.permissions:
        raise Forbidden("Templates for everybody need the permission 'staff:manage'. Make one of your own instead.")


async def _mine(tx: Transaction, who: Authenticated, template_id: UUID, *, expected: int) -> Template:
    template = await find_template(tx, who.agent_id, template_id, lock=True)
    if template.owner_id is None:
        _may_share(who)
    if template.version != expected:
        raise StaleVersion(
            f"The template is at version {template.version} by now. Read it again, then repeat your change.",
            current=_out(template).model_dump(mode="json"),
        )
    return template


async def _channel(tx: Transaction, key: str | None) -> str | None:
    if key is not None and await tx.session.get(Channel, key) is None:
        raise UnknownReference(f"There is no channel '{key}'.")
    return key


def _stored(variants: Mapping[str, Variant]) -> dict[str, dict[str, str]]:
    cleaned = {language: sanitise(variant.html) for language, variant in variants.items()}
    texts = [text for language, variant in variants.items() for text in (variant.subject, cleaned[language])]
    if unknown := unknown_variables(*texts, known=VARIABLES):
        known = ", ".join(f"{{{{{name}}}}}" for name in sorted(VARIABLES))
        raise UnknownVariable(f"There is no variable {{{{{unknown[0][:100]}}}}}. There are: {known}.")
    return {language: {"subject": variant.subject, "html": cleaned[language]} for language, variant in variants.items()}


def _out(template: Template) -> TemplateOut:
    return TemplateOut(
        id=template.id,
        name=template.name,
        kind=template.kind,  # type: ignore[arg-type]  # stored from the closed set of `TemplateKind`
        channel=template.channel,
        shared=template.owner_id is None,
        variants={language: Variant.model_construct(**variant) for language, variant in template.variants.items()},
        version=template.version,
        changed_at=template.changed_at,
    )
