"""What a merge would do, told before it is done (TS-09)."""

from typing import Literal
from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from tickets.channels.queries import ChannelFacts, channel_facts
from tickets.channels.rules.workflow import Place
from tickets.database import is_one_of
from tickets.desk.answers import AgentRef, StatusRef
from tickets.desk.models import Activity, Ticket, Watcher
from tickets.desk.operations import Acting
from tickets.desk.queries import find_ticket
from tickets.desk.rules.structure import status_after_merge, why_not_merge
from tickets.desk.rules.subjects import reference
from tickets.desk.structure.shapes import MergePreview, MergeSide
from tickets.staff.models import Agent

Warnings = list[Literal["other_contact", "other_company", "other_channel", "no_contact"]]


async def preview_merge(tx: Transaction, acting: Acting, number: int, into: int, *, prefix: str) -> MergePreview:
    """The preview of merging ticket ``number`` into ticket ``into``. Raises what `find_ticket` does for either."""
    source = await find_ticket(tx, acting.access, number)
    target = await find_ticket(tx, acting.access, into)
    channels = await channel_facts(tx, [source.channel, target.channel])
    here, there = channels[source.channel], channels[target.channel]
    agents = await _agents(tx, source, target)
    watchers = await tx.session.scalars(sa.select(Watcher.agent_id).where(Watcher.ticket_id == source.id))
    watching = sorted((agents[agent_id] for agent_id in watchers), key=lambda agent: agent["name"])
    takes_owner = target.owner_id is None and source.owner_id is not None and there.sees(source.owner_id)
    owner_id = source.owner_id if takes_owner else target.owner_id
    after = status_after_merge(
        there.flow, there.flow.same_or_first(target.status), open_=not source.closed, ball=source.ball
    )
    files = sa.func.coalesce(sa.func.sum(sa.func.jsonb_array_length(Activity.attachments)), 0)
    counted = sa.select(sa.func.count().label("activities"), files.label("files"))
    row = (await tx.session.execute(counted.where(Activity.ticket_id == source.id))).one()
    return {
        "source": _side(source, here, agents, prefix),
        "into": _side(target, there, agents, prefix),
        "activities": row.activities,
        "files": row.files,
        "watchers": [agent for agent in watching if there.sees(agent["id"])],
        "watchers_left": [agent for agent in watching if not there.sees(agent["id"])],
        "status_after": _status(after),
        "owner_after": agents[owner_id] if owner_id else None,
        "warnings": _warnings(source, target),
        "refusal": why_not_merge(same=source is target, source=source.origin, target=target.origin),
    }


async def _agents(tx: Transaction, *tickets: Ticket) -> dict[UUID, AgentRef]:
    """The owners and watchers of the tickets."""
    ids = [ticket.id for ticket in tickets]
    owners = [ticket.owner_id for ticket in tickets if ticket.owner_id]
    watching = sa.select(Watcher.agent_id).where(is_one_of(Watcher.ticket_id, ids))
    wanted = is_one_of(Agent.id, owners) | Agent.id.in_(watching)
    rows = await tx.session.execute(sa.select(Agent.id, Agent.name).where(wanted))
    return {row.id: {"id": row.id, "name": row.name} for row in rows}


def _warnings(source: Ticket, target: Ticket) -> Warnings:
    """What an agent should look at twice."""
    found: Warnings = []
    known = target.contact_id or target.contact_address
    if source.contact_address or source.contact_id:
        mine = (source.contact_id, (source.contact_address or "").lower())
        theirs = (target.contact_id, (target.contact_address or "").lower())
        if not known:
            found.append("no_contact")
        elif mine[0] != theirs[0] if mine[0] and theirs[0] else mine[1] != theirs[1]:
            found.append("other_contact")
    if source.company_id and target.company_id and source.company_id != target.company_id:
        found.append("other_company")
    if source.channel != target.channel:
        found.append("other_channel")
    return found


def _side(ticket: Ticket, channel: ChannelFacts, agents: dict[UUID, AgentRef], prefix: str) -> MergeSide:
    number = reference(prefix, ticket.number)
    return {
        "ticket": {"number": ticket.number, "reference": number, "subject": ticket.subject},
        "version": ticket.version,
        "channel": ticket.channel,
        "status": _status(channel.flow.same_or_first(ticket.status)),
        "owner": agents[ticket.owner_id] if ticket.owner_id else None,
        "contact": {
            "id": ticket.contact_id,
            "name": ticket.contact_name,
            "address": ticket.contact_address,
            "company_id": ticket.company_id,
            "company_name": ticket.company_name,
        }
        if ticket.contact_id or ticket.contact_name or ticket.contact_address
        else None,
    }


def _status(place: Place) -> StatusRef:
    return {"key": place.key, "name": place.name, "category": place.category, "ball": place.ball}
