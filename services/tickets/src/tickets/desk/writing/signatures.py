"""Signatures: what stands below the mails of a channel, kept by language (TS-06)."""

from uuid import UUID

import sqlalchemy as sa

from chassis.database import Transaction
from chassis.versions import StaleVersion
from contracts.tickets import Authenticated
from tickets.channels.models import Channel
from tickets.desk.records import NewActivity
from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.variables import filled, in_language, plain_text, unknown_variables
from tickets.desk.writing.models import Signature
from tickets.errors import ChannelNotFound, UnknownVariable
from tickets.staff.models import Agent

SIGNED_WITH = frozenset({"agent.name", "agent.email", "channel.name"})
"""The variables of a signature: what holds for every mail of the agent in the channel."""


async def signature_of(tx: Transaction, channel: str, agent_id: UUID) -> str | None:
    """The signature of a channel for an agent, as HTML; None where the channel has none."""
    found = sa.select(Signature.variants, Channel.name).join(Channel, Channel.key == Signature.channel)
    row = (await tx.session.execute(found.where(Signature.channel == channel))).one_or_none()
    if row is None or not row.variants:
        return None
    agent = await tx.session.get_one(Agent, agent_id)
    html = in_language(row.variants, agent.language)
    values = {"agent.name": agent.name, "agent.email": agent.email, "channel.name": row.name}
    return filled(html, values) or None


async def sign(tx: Transaction, who: Authenticated, activity: NewActivity, channel: str, *, wanted: bool) -> None:
    """Put the channel's signature below a mail, unless its writer does not want it (they have put it in already)."""
    signature = await signature_of(tx, channel, who.agent_id) if wanted else None
    if signature is None:
        return
    activity.text = f"{activity.text.rstrip()}\n\n-- \n{plain_text(signature)}"
    if activity.html is not None:
        activity.html = f"{activity.html}<br><div>{signature}</div>"


async def read_signature(tx: Transaction, channel: str) -> Signature:
    """The signature of a channel; an empty one of version 0 where there is none. Raises `ChannelNotFound`."""
    if await tx.session.get(Channel, channel) is None:
        raise ChannelNotFound(f"There is no channel '{channel}'.")
    return await tx.session.get(Signature, channel) or Signature(channel=channel, variants={}, version=0)


async def write_signature(tx: Transaction, channel: str, variants: dict[str, str], *, expected: int) -> Signature:
    """Replace a channel's signature. Raises `ChannelNotFound`, `StaleVersion`, `UnknownVariable`."""
    await tx.session.get(Channel, channel, with_for_update=True)
    signature = await read_signature(tx, channel)
    if signature.version != expected:
        raise StaleVersion(
            f"The signature is at version {signature.version} by now. Read it again, then repeat your change.",
            current={"variants": signature.variants, "version": signature.version},
        )
    if unknown := unknown_variables(*variants.values(), known=SIGNED_WITH):
        raise UnknownVariable(f"A signature knows no variable {{{{{unknown[0]}}}}}. It knows: {_listed()}.")
    signature.variants = {language: sanitise(html) for language, html in variants.items()}
    signature.version += 1
    tx.session.add(signature)
    await tx.session.flush()
    return signature


def _listed() -> str:
    return ", ".join(f"{{{{{name}}}}}" for name in sorted(SIGNED_WITH))
