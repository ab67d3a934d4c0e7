"""The refusals of the ticket core, each with a stable code."""

from chassis.problems import Conflict, Invalid, NotFound


class TicketNotFound(NotFound):
    """No ticket has this number, or the agent may not see it."""

    code, title = "ticket_not_found", "No such ticket"


class ChannelNotFound(NotFound):
    """No channel has this key, or the agent may not see it."""

    code, title = "channel_not_found", "No such channel"


class StaleVersion(Conflict):
    """Somebody else changed it in the meantime; ``current`` shows it as it is now."""

    code, title = "stale_version", "Changed in the meantime"


class InternalTicketCannotMail(Conflict):
    """An internal ticket never sends anything to the outside (CW-11)."""

    code, title = "internal_ticket", "Internal tickets send no mail"


class UnknownReference(Invalid):
    """A channel, status, agent or contact that is named does not exist."""

    code, title = "unknown_reference", "Unknown reference"
