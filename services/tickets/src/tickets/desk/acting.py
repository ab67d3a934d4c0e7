"""The agent who does something on the desk, and what they write."""

from dataclasses import dataclass
from uuid import UUID

from chassis.database import Transaction
from contracts.tickets import Actor, ActorKind, Authenticated
from tickets.channels.rules.visibility import Access
from tickets.desk.records import NewActivity
from tickets.desk.rules.sanitise import sanitise
from tickets.desk.rules.words import Kind
from tickets.desk.shapes import Written


@dataclass(frozen=True, kw_only=True)
class Acting:
    """The agent who does it, and what they have access to."""

    who: Authenticated
    access: Access

    @property
    def actor(self) -> Actor:
        """The agent, as events name who caused them."""
        return Actor(kind=ActorKind.AGENT, id=self.who.agent_id)

    def writes(self, ticket_id: UUID, kind: Kind, written: Written, tx: Transaction, *, shown: bool) -> NewActivity:
        """A new activity by this agent."""
        return NewActivity(
            ticket_id=ticket_id,
            kind=kind,
            at=tx.now,
            author_kind=ActorKind.AGENT,
            author_id=self.who.agent_id,
            author_name=self.who.name,
            text=written.text,
            html=sanitise(written.html) if written.html else None,
            shown_outside=shown,
        )
