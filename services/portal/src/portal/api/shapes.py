"""What goes over the portal API."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from chassis.inputs import Input
from contracts.messages import CHANNEL_KEY
from contracts.tickets import PortalActivity, PortalTicket, PortalTicketHead
from portal.queries import Submission, SubmissionKind, SubmissionState
from portal.rules.access import Section, SignedIn
from portal.rules.addresses import typed_address
from portal.rules.tokens import LONGEST

LONGEST_TEXT = 50_000
LONGEST_SUBJECT = 200


def _printable(text: str) -> str:
    if not text.isprintable():
        raise ValueError("leave out line breaks and other invisible characters")
    return text


def _writable(text: str) -> str:
    if any(not (sign.isprintable() or sign in "\n\r\t") for sign in text):
        raise ValueError("leave out control characters")
    if not text.strip():
        raise ValueError("write something")
    return text.replace("\r\n", "\n").replace("\r", "\n")


Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_printable)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_TEXT), AfterValidator(_writable)]
Key = Annotated[str, StringConstraints(pattern=CHANNEL_KEY.pattern)]


class SignInLinkIn(Input):
    """Who wants to sign in."""

    email: Annotated[str, Field(max_length=320, json_schema_extra={"format": "email"}), AfterValidator(typed_address)]


class SessionIn(Input):
    """The token of a sign-in link, which is the part of its address behind the #."""

    token: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]


class SessionOut(BaseModel):
    """Who is signed in, and what they see."""

    name: str
    address: str
    company_name: str | None
    sections: list[Section]
    expires_at: datetime

    @classmethod
    def of(cls, customer: SignedIn) -> "SessionOut":
        """The session of a customer."""
        return cls(
            name=customer.author.name,
            address=customer.author.address,
            company_name=customer.author.company_name,
            sections=sorted(customer.sections),
            expires_at=customer.expires_at,
        )


class TicketHeadOut(BaseModel):
    """A ticket in a list, with its status in the customer's words."""

    number: int
    reference: str
    subject: str
    status: str
    closed: bool
    opened_at: datetime
    changed_at: datetime

    @classmethod
    def of(cls, head: PortalTicketHead) -> "TicketHeadOut":
        """What the ticket core tells of it."""
        return cls(**head.model_dump())


class TicketPageOut(BaseModel):
    """A page of tickets, newest change first."""

    items: list[TicketHeadOut]
    next: str | None


class ActivityOut(BaseModel):
    """Something that was written, by us or by the customer, and released to the customer (PX-09)."""

    id: UUID
    kind: Literal["from_us", "from_you"]
    author: str
    at: datetime
    text: str
    html: str | None

    @classmethod
    def of(cls, activity: PortalActivity) -> "ActivityOut":
        """What the ticket core tells of it."""
        return cls(id=activity.activity_id, **activity.model_dump(exclude={"activity_id"}))


class TicketOut(TicketHeadOut):
    """A ticket with everything that its customer may see, oldest first."""

    activities: list[ActivityOut]

    @classmethod
    def whole(cls, ticket: PortalTicket) -> "TicketOut":
        """What the ticket core tells of it."""
        return cls(**ticket.head.model_dump(), activities=[ActivityOut.of(activity) for activity in ticket.activities])


class ReplyIn(Input):
    """An answer."""

    text: Text


class TicketIn(Input):
    """A new ticket."""

    channel: Key
    subject: Annotated[Line, StringConstraints(max_length=LONGEST_SUBJECT)]
    text: Text


class SubmissionOut(BaseModel):
    """What was sent, and how far it is: submitted, then filed in the ticket ``number``, or refused for a reason."""

    id: UUID
    kind: SubmissionKind
    state: SubmissionState
    number: int | None = Field(description="The ticket; a new one has none before it is filed.")
    refusal: str | None
    at: datetime

    @classmethod
    def of(cls, submission: Submission) -> "SubmissionOut":
        """A stored submission."""
        return cls(
            id=submission.id,
            kind=submission.kind,
            state=submission.state,
            number=submission.number,
            refusal=submission.refusal,
            at=submission.at,
        )


class CustomerChannelOut(BaseModel):
    """A channel that the customer may open tickets in."""

    key: str


class CustomerChannelsOut(BaseModel):
    """The channels that the customer may open tickets in."""

    items: list[CustomerChannelOut]
