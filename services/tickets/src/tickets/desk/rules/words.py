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
    WITHDRAWN = "withdrawn"


class IfCustomerReplies(StrEnum):
    """What becomes of a reminder when the customer writes before it is due (DR-02)."""

    KEEP = "keep"
    CANCEL = "cancel"


class Form(StrEnum):
    """What sets an activity apart from others of its kind: a letter (AT-12), a state of the solution (AT-11)."""

    LETTER = "letter"
    SOLUTION = "solution"


class DraftKind(StrEnum):
    """What becomes of a draft when it is sent (DR-01)."""

    REPLY = "reply"
    FOLLOW_UP = "follow_up"
    NOTE = "note"
    CALL = "call"
    NEW_EMAIL = "new_email"
    NEW_ENQUIRY = "new_enquiry"
    NEW_INTERNAL = "new_internal"


class Mode(StrEnum):
    """How a mail is answered: its sender, everyone in it (AT-02), or a further mail behind our own (AT-03)."""

    REPLY = "reply"
    REPLY_ALL = "reply_all"
    FOLLOW_UP = "follow_up"


class ActivityVisibility(StrEnum):
    """Who sees an activity (CV-09): the customer too, agents only, or nobody until it is shown again."""

    OUTSIDE = "outside"
    INSIDE = "inside"
    HIDDEN = "hidden"
