"""Letters: written like an answer, printed by us, put into an envelope by somebody (AT-12)."""

import asyncio
from typing import Annotated, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, model_validator

from chassis.blobs import Blobs
from chassis.database import Transaction
from chassis.inputs import Input
from tickets.channels.queries import channel_facts
from tickets.channels.rules.visibility import Verb
from tickets.desk.acting import Acting
from tickets.desk.changing import change_along
from tickets.desk.journal import Journal
from tickets.desk.models import Ticket
from tickets.desk.queries import find_ticket
from tickets.desk.records import NewActivity
from tickets.desk.rules.files import clean_name
from tickets.desk.rules.subjects import reference
from tickets.desk.rules.words import Form, Kind
from tickets.desk.shapes import LastSeen, Subject, ThenIn, Written
from tickets.desk.writing.guard import nothing_new
from tickets.desk.writing.pdf import Letter, letter_pdf, unprintable
from tickets.desk.writing.templates import Language, RenderIn, find_template, render_template
from tickets.errors import UnknownReference, Unprintable
from tickets.settings import Settings

MAX_LETTER = 30_000
"""Characters of a letter: about a dozen pages."""

Block = Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")]
LetterText = Annotated[str, StringConstraints(min_length=1, max_length=MAX_LETTER, pattern=r"^[^\x00]*$")]


class LetterIn(Input):
    """A letter. ``text`` and ``subject`` that are left out come from a template of the kind ``letter``.

    ``recipient`` is the address block, line by line; default: the contact's name and company.
    """

    text: LetterText | None = None
    subject: Subject | None = None
    template_id: UUID | None = None
    language: Language | None = None
    recipient: Block | None = None
    shown_outside: bool = Field(default=True, description="Whether the customer finds it in the portal (CV-09).")
    last_seen_activity: LastSeen = None
    then: ThenIn | None = None

    @model_validator(mode="after")
    def _has_a_text(self) -> Self:
        if self.template_id is None and (self.text is None or self.subject is None):
            raise ValueError("a letter without a template needs 'text' and 'subject'")
        return self


async def write_letter(
    tx: Transaction, blobs: Blobs, acting: Acting, number: int, new: LetterIn, *, settings: Settings
) -> tuple[Ticket, NewActivity]:
    """Add a letter with its PDF to a ticket; an internal ticket has none, because nothing of it leaves the house.

    Raises what `find_ticket` does, `NewActivities`, `TemplateNotFound`, `UnknownReference`, `Unprintable`.
    """
    subject, text = await _content(tx, acting, number, new, settings=settings)
    ticket = await find_ticket(tx, acting.access, number, Verb.MAIL)
    await nothing_new(tx, ticket, acting.who.agent_id, since=new.last_seen_activity)
    channel = (await channel_facts(tx, [ticket.channel]))[ticket.channel]
    today = tx.now.astimezone(ZoneInfo(settings.time_zone)).date()
    recipient = "\n".join(filter(None, [ticket.company_name, ticket.contact_name]))
    letter = Letter(
        sender=channel.from_name or channel.name,
        recipient=recipient if new.recipient is None else new.recipient,
        date=f"{today:%Y-%m-%d}",
        subject=subject,
        text=text,
    )
    if missing := unprintable(letter):
        raise Unprintable(f"The font of letters has no {' '.join(missing[:20])!r}. Write it in another way.")
    activity = acting.writes(ticket.id, Kind.OUTGOING, Written(text=text), tx, shown=new.shown_outside)
    activity.subject, activity.form = subject, Form.LETTER
    name = f"{reference(settings.ticket_prefix, ticket.number)} {subject}"
    activity.attachments = [await _stored(blobs, letter, name=name)]
    journal = Journal(tx, {channel.key: channel})
    journal.add(ticket, activity, actor=acting.actor)
    if new.then is not None:
        await change_along(tx, acting, ticket, new.then, journal)
    await journal.write()
    return ticket, activity


async def _content(
    tx: Transaction, acting: Acting, number: int, new: LetterIn, *, settings: Settings
) -> tuple[str, str]:
    if new.template_id is None:
        return new.subject or "", new.text or ""
    template = await find_template(tx, acting.who.agent_id, new.template_id)
    if template.kind != "letter":
        raise UnknownReference(f"The template '{template.name}' is not for letters.")
    asked = RenderIn(ticket=number, language=new.language)
    rendered = await render_template(tx, acting.who.agent_id, template.id, asked, settings=settings)
    return new.subject or rendered.subject or template.name, new.text or rendered.text or " "


async def _stored(blobs: Blobs, letter: Letter, *, name: str) -> dict[str, object]:
    content = await asyncio.to_thread(letter_pdf, letter)
    return {
        "filename": clean_name(f"{name.replace('/', '-')}.pdf"),
        "content_type": "application/pdf",
        "size": len(content),
        "sha256": await blobs.put(content),
        "inline": False,
        "content_id": None,
    }
