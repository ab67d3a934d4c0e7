"""Printing: what an agent may see of a ticket, as one page (AT-10)."""

import base64
from collections.abc import Mapping, Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

import sqlalchemy as sa

from chassis.blobs import BlobMissing, Blobs
from chassis.database import Transaction
from tickets.channels.queries import access_of
from tickets.desk.answers import TicketRow
from tickets.desk.models import Activity
from tickets.desk.queries import find_ticket, ticket_view
from tickets.desk.rules.files import named_content_ids
from tickets.desk.rules.printing import Printed, page, words_in
from tickets.errors import ActivityNotFound
from tickets.settings import Settings
from tickets.staff.models import Agent

MOST_PRINTED = 2_000
"""Activities on a page, the newest ones."""

MOST_IMAGES = 8 * 1024 * 1024
"""Bytes of all images of a page together; those beyond it are left out."""

_SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})


async def printed_ticket(
    tx: Transaction, blobs: Blobs, agent_id: UUID, number: int, *, activity_id: UUID | None, settings: Settings
) -> str:
    """A ticket, or one of its activities, as an HTML page. Raises what `find_ticket` does, `ActivityNotFound`."""
    ticket = await find_ticket(tx, await access_of(tx, agent_id), number)
    wanted = sa.select(Activity).where(Activity.ticket_id == ticket.id)
    if activity_id is not None:
        wanted = wanted.where(Activity.id == activity_id)
    newest = (await tx.session.scalars(wanted.order_by(Activity.id.desc()).limit(MOST_PRINTED + 1))).all()
    if activity_id is not None and not newest:
        raise ActivityNotFound("This ticket has no activity with this id.")
    activities = [*reversed(newest[:MOST_PRINTED])]
    language = (await tx.session.get_one(Agent, agent_id)).language
    zone = ZoneInfo(settings.time_zone)
    head = await ticket_view(tx, agent_id, number, prefix=settings.ticket_prefix)
    return page(
        f"{head['reference']} {head['subject']}",
        _facts(head, words=words_in(language), zone=zone),
        [_printed(activity, language=language, zone=zone) for activity in activities],
        language=language,
        images=await _images(blobs, activities),
        complete=len(newest) <= MOST_PRINTED,
    )


def _facts(head: TicketRow, *, words: Mapping[str, str], zone: ZoneInfo) -> list[tuple[str, str]]:
    contact = head["contact"]
    return [
        (words["status"], head["status"]["name"]),
        (words["channel"], head["channel"]["name"]),
        (words["owner"], head["owner"]["name"] if head["owner"] else ""),
        (words["contact"], (contact["name"] or contact["address"] or "") if contact else ""),
        (words["opened"], f"{head['opened_at'].astimezone(zone):%Y-%m-%d %H:%M %Z}"),
    ]


def _printed(activity: Activity, *, language: str, zone: ZoneInfo) -> Printed:
    words = words_in(language)
    kind, at = activity.form or activity.kind, activity.at.astimezone(zone)
    if activity.hidden_at is not None:
        remark = f"{words['hidden']} {activity.hidden_by_name}"
        return Printed(kind=kind, author=activity.author_name, at=at, remark=remark)
    if activity.withdrawn_at is not None:
        return Printed(kind=kind, author=activity.author_name, at=at, remark=words["withdrawn"])
    changes = [(one["field"], f"{one['from'] or '–'} → {one['to'] or '–'}") for one in activity.changes]
    facts = [
        (words["from"], _mailboxes([activity.sender] if activity.sender else [])),
        (words["to"], _mailboxes(activity.to)),
        (words["cc"], _mailboxes(activity.cc)),
        (words["subject"], activity.subject or ""),
        *changes,
        (words["files"], ", ".join(file["filename"] for file in activity.attachments if not file["inline"])),
    ]
    return Printed(kind=kind, author=activity.author_name, at=at, facts=facts, text=activity.text, html=activity.html)


def _mailboxes(stored: Sequence[dict[str, str]]) -> str:
    """Mailboxes in words. Bcc is never printed: the page may be given to somebody."""
    return ", ".join(f"{box['name']} <{box['address']}>" if box["name"] else box["address"] for box in stored)


async def _images(blobs: Blobs, activities: Sequence[Activity]) -> dict[str, str]:
    """The images that the activities show inside themselves, as ``data:`` addresses by Content-ID."""
    found: dict[str, str] = {}
    room = MOST_IMAGES
    for activity in activities:
        shown = named_content_ids(activity.html) if activity.hidden_at is None else frozenset()
        for file in activity.attachments:
            content_id, kind = file.get("content_id"), str(file["content_type"]).lower()
            if content_id not in shown or content_id in found or kind not in _SHOWN or file["size"] > room:
                continue
            try:
                content = await blobs.get(file["sha256"])
            except BlobMissing:
                continue
            room -= len(content)
            found[content_id] = f"data:{kind};base64,{base64.b64encode(content).decode()}"
    return found
