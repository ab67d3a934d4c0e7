"""The closed sets of words that the desk speaks in."""

from enum import StrEnum


class Origin(StrEnum):
    """How a ticket came into being (CW-01)."""

    EMAIL = "email"
    ENQUIRY = "enquiry"
    INTERNAL = "internal"
    WEBSERVICE = "webservice"
    PORTAL = "portal"


class Kind(StrEnum):
    """What an activity is (TC-10)."""

    INCOMING = "incoming"
    OUTGOING = "outgoing"
    NOTE = "note"
    CALL = "call"
    STATUS_CHANGE = "status_change"


class Delivery(StrEnum):
    """How far a mail is on its way to one recipient (MT-08)."""

    QUEUED = "queued"
    ACCEPTED = "accepted"
    FAILED = "failed"
    BOUNCED = "bounced"


class Sending(StrEnum):
    """How far a mail is on its way to the mail service."""

    WAITING = "waiting"
    HANDED_OVER = "handed_over"
    REFUSED = "refused"


class IfCustomerReplies(StrEnum):
    """What becomes of a reminder when the customer writes before it is due (DR-02)."""

    KEEP = "keep"
    CANCEL = "cancel"
