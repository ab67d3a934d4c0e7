"""What the ticket core tells and what it can be asked.

Ticket events are thin: ids, the version, what changed, who did it and who is told, never a body or an address.
Every ticket event carries the ticket's state after the change, so that a consumer needs no other source to follow
status, owner and channel. All events of one transaction about one ticket carry the same version and the same state, so
it takes over an event whose ``ticket_version`` is above the one it has and ignores the state of any other. The
exception is `TicketLeftChannel`, whose ``channel`` is the one that was left: it is never the state of a ticket.
"""

from datetime import datetime
from enum import StrEnum
from typing import Literal
from uuid import UUID

from contracts.messages import CHANNEL_KEY, Event, Reply, Request, Shape

Origin = Literal["email", "enquiry", "internal", "webservice", "portal"]
ActivityKind = Literal["incoming", "outgoing", "note", "call", "status_change"]


class ActorKind(StrEnum):
    """Who can cause a change."""

    AGENT = "agent"
    CONTACT = "contact"
    SYSTEM = "system"


class Actor(Shape):
    """Who caused it. ``id`` is an agent's or a contact's id; the system and unknown senders have none."""

    kind: ActorKind
    id: UUID | None = None


class Permission(StrEnum):
    """What a role or an API token can allow. Each route of the staff API names one (TS-12)."""

    TICKETS_READ = "tickets:read"
    TICKETS_WRITE = "tickets:write"
    NOTES_WRITE = "notes:write"
    CONTACTS_READ = "contacts:read"
    CONTACTS_WRITE = "contacts:write"
    NOTIFICATIONS_READ = "notifications:read"
    MAIL_READ = "mail:read"
    MAIL_MANAGE = "mail:manage"
    PORTAL_MANAGE = "portal:manage"
    STAFF_READ = "staff:read"
    STAFF_MANAGE = "staff:manage"
    AUDIT_READ = "audit:read"
    OPERATIONS_MANAGE = "operations:manage"


class Reason(StrEnum):
    """Why an agent is told (CV-07): each agent is named once, with every reason that holds."""

    OWNER = "owner"
    RESPONSIBLE = "responsible"
    WATCHER = "watcher"
    SUBSCRIBER = "subscriber"


class Addressee(Shape):
    """An agent to be told, and why."""

    agent_id: UUID
    reasons: tuple[Reason, ...]


class TicketEvent(Event, abstract=True):
    """What every event about one ticket carries. Published on ``<type>.<channel>``."""

    ticket_id: UUID
    number: int
    ticket_version: int
    channel: str
    status: str
    owner_id: UUID | None
    responsible_id: UUID | None = None
    actor: Actor
    audience: tuple[Addressee, ...] = ()

    def bus_subject(self) -> str:
        """The subject with the channel key behind it."""
        if not CHANNEL_KEY.fullmatch(self.channel):
            raise ValueError(f"'{self.channel}' cannot be a channel key: {CHANNEL_KEY.pattern}")
        return f"{self.type}.{self.channel}"

    @classmethod
    def pattern(cls) -> str:
        """The subject that catches this event in every channel."""
        return f"{cls.type}.*"


class TicketOpened(TicketEvent):
    """A ticket came into being, with its first activity."""

    origin: Origin
    activity_id: UUID


class ActivityAdded(TicketEvent):
    """A mail, a call, a note or a status change was added to a ticket."""

    activity_id: UUID
    kind: ActivityKind
    shown_outside: bool = False


class TicketChanged(TicketEvent):
    """Fields of a ticket changed; ``changed`` names them."""

    changed: tuple[str, ...]


class TicketLeftChannel(TicketEvent):
    """A ticket moved away from ``channel``. ``to_channel`` is left out: its name is not theirs to know."""


class TicketEnteredChannel(TicketEvent):
    """A ticket moved into ``channel``."""


class TicketMerged(TicketEvent):
    """A ticket became part of another one: its number leads there from now on, and no list has it any more.

    The fields are those of the merged ticket, which stays what it is; ``into_ticket_id`` is the ticket that goes on,
    whose own events tell what it looks like now. An undone split ends like this, too.
    """

    into_ticket_id: UUID


class TicketUnmerged(TicketEvent):
    """A merge was taken back: the ticket is one of its own again, with the state that the fields tell."""

    from_ticket_id: UUID


class TicketSplit(TicketEvent):
    """An activity was split off into a new ticket, which tells of itself with `TicketOpened`."""

    new_ticket_id: UUID
    activity_id: UUID


class ReminderDue(TicketEvent):
    """The time has come at which an agent wanted to be reminded of the ticket (DR-02).

    The audience is this agent alone, without reasons: the event itself is the reason.
    """


class MailFiled(Event):
    """A received mail reached its end: the ledger row of ``mail_id`` can be closed (MT-02)."""

    mail_id: UUID
    outcome: Literal["ticket", "held", "machine", "duplicate"]
    ticket_id: UUID | None = None
    number: int | None = None
    activity_id: UUID | None = None


class SubmissionFiled(Event):
    """What a customer wrote in the portal is in a ticket now, or was refused for the stated reason."""

    submission_id: UUID
    ticket_id: UUID | None = None
    number: int | None = None
    refusal: str | None = None


class AccessRevoked(Event):
    """Credentials ended: whoever remembers one of these must forget it at once."""

    credential_ids: tuple[UUID, ...]


class SubscriptionsChanged(Event):
    """These agents began, ended or changed their subscription to ``channel``: what they see of it is another now."""

    channel: str
    agent_ids: tuple[UUID, ...]


class Authenticated(Reply):
    """Who a credential belongs to, and what it allows.

    ``permissions`` are those of the role, cut down to the token's scopes where it is an API token.
    """

    agent_id: UUID
    credential_id: UUID
    kind: Literal["session", "token"]
    name: str
    role: str
    permissions: frozenset[str]


class Authenticate(Request[Authenticated], reply=Authenticated):
    """Whose session or API token is this? Problems: ``unauthenticated``."""

    kind: Literal["session", "token"]
    secret: str


class AgentCard(Shape):
    """How to address an agent."""

    agent_id: UUID
    name: str
    email: str
    language: str
    active: bool


class AgentCards(Reply):
    """The agents that exist among those asked for."""

    agents: tuple[AgentCard, ...]


class DescribeAgents(Request[AgentCards], reply=AgentCards):
    """Names and addresses of agents; at most 200 ids."""

    agent_ids: tuple[UUID, ...]


class TicketHead(Shape):
    """What a notice or a list says of a ticket. ``reference`` is the number as people see it: DS-10042."""

    ticket_id: UUID
    number: int
    reference: str
    subject: str
    channel: str
    channel_name: str
    status: str


class TicketHeads(Reply):
    """The tickets among those asked for that the agent may see."""

    tickets: tuple[TicketHead, ...]


class DescribeTickets(Request[TicketHeads], reply=TicketHeads):
    """Heads of tickets as ``agent_id`` may see them; at most 200 ids. An invisible ticket is simply not there."""

    agent_id: UUID
    ticket_ids: tuple[UUID, ...]


class PortalViewer(Shape):
    """For whom the portal asks: a signed-in contact. ``contact_ids`` are those whose tickets the access shows."""

    contact_id: UUID
    contact_ids: tuple[UUID, ...]


class PortalTicketHead(Shape):
    """A ticket as its customer sees it in a list."""

    number: int
    reference: str
    subject: str
    status: str
    closed: bool
    opened_at: datetime
    changed_at: datetime


class PortalActivity(Shape):
    """An activity as the customer sees it: only what was released to the outside (CV-09, PX-09)."""

    activity_id: UUID
    kind: Literal["from_us", "from_you"]
    author: str
    at: datetime
    text: str
    html: str | None


class PortalTicketPage(Reply):
    """A page of tickets, newest change first; ``next`` is the cursor of the following page."""

    tickets: tuple[PortalTicketHead, ...]
    next: str | None


class PortalTicket(Reply):
    """One ticket with everything that its customer may see, oldest first.

    ``complete`` is false where the oldest activities are left out, because the answer would be too large for the bus.
    """

    ticket_id: UUID
    head: PortalTicketHead
    activities: tuple[PortalActivity, ...]
    complete: bool = True


class PortalListTickets(Request[PortalTicketPage], reply=PortalTicketPage):
    """The tickets of a contact. Problems: ``invalid_cursor``."""

    viewer: PortalViewer
    cursor: str | None = None
    limit: int = 50


class PortalGetTicket(Request[PortalTicket], reply=PortalTicket):
    """One ticket by its number. Problems: ``not_found`` (also for one that the viewer may not see)."""

    viewer: PortalViewer
    number: int
