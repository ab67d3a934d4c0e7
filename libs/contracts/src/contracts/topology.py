"""Who emits, listens to, answers and asks what.

This table is the one place that says so. From it come the streams and consumers (`chassis.streams`), the permissions
of the NATS users (``deploy/nats``), the AsyncAPI documents (``docs/api``) and the table in the README; a service that
uses a subject which is not listed here does not start, and the server would refuse it anyway.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from contracts import crm_match, ingest, notify, portal, tickets
from contracts.messages import EVENTS, REQUESTS, Event, Request, Service

type_of_request = type[Request[Any]]


@dataclass(frozen=True, kw_only=True)
class Stream:
    """A stream over every event of its owner."""

    owner: Service
    max_age: timedelta

    @property
    def name(self) -> str:
        """For example ``TICKETS``."""
        return self.owner.upper()

    @property
    def subject(self) -> str:
        """For example ``tickets.evt.>``; requests are left out, or the stream would answer them itself."""
        return f"{self.owner}.evt.>"


@dataclass(frozen=True, kw_only=True)
class Consumer:
    """A durable pull consumer: everything that one service reads from one stream, in order."""

    stream: Stream
    service: Service
    events: tuple[type[Event], ...]

    @property
    def durable(self) -> str:
        """Unique within the stream."""
        return str(self.service)


@dataclass(frozen=True, kw_only=True)
class Role:
    """What a service does on the bus.

    ``owns`` says in words whose data it keeps. ``listens`` are durable; ``hears`` are broadcasts that every process
    gets while it runs and nobody replays.
    """

    owns: str
    listens: tuple[type[Event], ...] = ()
    hears: tuple[type[Event], ...] = ()
    asks: tuple[type_of_request, ...] = field(default=())


STREAMS: dict[Service, Stream] = {
    Service.TICKETS: Stream(owner=Service.TICKETS, max_age=timedelta(days=30)),
    Service.INGEST: Stream(owner=Service.INGEST, max_age=timedelta(days=7)),
    Service.CRM_MATCH: Stream(owner=Service.CRM_MATCH, max_age=timedelta(days=7)),
    Service.NOTIFY: Stream(owner=Service.NOTIFY, max_age=timedelta(days=1)),
    Service.PORTAL: Stream(owner=Service.PORTAL, max_age=timedelta(days=7)),
}

ROLES: dict[Service, Role] = {
    Service.TICKETS: Role(
        owns="tickets, channels and the staff who work on them",
        listens=(
            ingest.MailReceived,
            ingest.MailAccepted,
            ingest.MailRejected,
            crm_match.SenderMatched,
            portal.TicketSubmitted,
            portal.ReplySubmitted,
        ),
        hears=(tickets.AccessRevoked, notify.NotificationsAdded, notify.NotificationsRead),
        asks=(crm_match.GetContact, ingest.ListMailAccounts, ingest.SendMail, tickets.Authenticate),
    ),
    Service.INGEST: Role(
        owns="mail accounts and every mail in and out",
        listens=(tickets.MailFiled,),
        hears=(tickets.AccessRevoked,),
        asks=(tickets.Authenticate,),
    ),
    Service.CRM_MATCH: Role(
        owns="contacts, companies and who a sender is",
        listens=(ingest.MailReceived,),
        hears=(tickets.AccessRevoked,),
        asks=(tickets.Authenticate,),
    ),
    Service.NOTIFY: Role(
        owns="who is told what, by which way",
        listens=(
            tickets.TicketOpened,
            tickets.ActivityAdded,
            tickets.TicketChanged,
            tickets.TicketEnteredChannel,
            tickets.ReminderDue,
        ),
        hears=(tickets.AccessRevoked,),
        asks=(tickets.Authenticate, tickets.DescribeAgents, tickets.DescribeTickets, ingest.SendMail),
    ),
    Service.PORTAL: Role(
        owns="customer logins, forms and the public door",
        listens=(tickets.SubmissionFiled,),
        hears=(tickets.AccessRevoked,),
        asks=(
            tickets.Authenticate,
            tickets.PortalListTickets,
            tickets.PortalGetTicket,
            crm_match.GetContact,
            crm_match.FindContacts,
            crm_match.ListCompanyContacts,
            ingest.SendMail,
        ),
    ),
}


def inbox_prefix(user: str) -> str:
    """What the reply subjects of a NATS user begin with: whoever may read ``_INBOX.>`` reads everybody's replies."""
    return f"_INBOX_{user}"


def emits(service: Service) -> tuple[type[Event], ...]:
    """The events that a service owns, and so may emit."""
    return tuple(event for event in EVENTS.values() if event.owner == service)


def answers(service: Service) -> tuple[type_of_request, ...]:
    """The requests that a service owns, and so answers."""
    return tuple(request for request in REQUESTS.values() if request.owner == service)


def consumers(service: Service) -> tuple[Consumer, ...]:
    """The durable consumers of a service, one a stream."""
    owners = dict.fromkeys(event.owner for event in ROLES[service].listens)
    return tuple(
        Consumer(
            stream=STREAMS[Service(owner)],
            service=service,
            events=tuple(event for event in ROLES[service].listens if event.owner == owner),
        )
        for owner in owners
    )
