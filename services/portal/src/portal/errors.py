"""The refusals of the portal, each with a stable code."""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound, NotNow, Refusal


class AccessNotFound(NotFound):
    """No external access has this id."""

    code, title = "external_access_not_found", "No such external access"


class AccessExists(Conflict):
    """Another external access has this name."""

    code, title = "external_access_exists", "Name taken"


class ContactNotInAccess(NotFound):
    """The contact is not in this external access."""

    code, title = "contact_not_in_access", "Not in this external access"


class ContactHasAccess(Conflict):
    """The contact is in another external access; a contact signs in by one."""

    code, title = "contact_has_access", "Already in another external access"


class UnknownContact(Invalid):
    """No contact has this id."""

    code, title = "unknown_contact", "No such contact"


class LinkEnded(Refusal):
    """The sign-in link was used, is too old, or was never one."""

    status, code, title = 410, "link_ended", "This link does not work any more"


class SectionOff(Forbidden):
    """The external access does not show this section."""

    code, title = "section_off", "Not part of your access"


class ChannelNotUsable(Invalid):
    """The external access does not let its customers write to this channel."""

    code, title = "channel_not_usable", "Not one of your channels"


class TicketNotFound(NotFound):
    """No ticket has this number, or the customer may not see it."""

    code, title = "ticket_not_found", "No such ticket"


class SubmissionNotFound(NotFound):
    """The customer has sent nothing with this id."""

    code, title = "submission_not_found", "No such submission"


class TicketsNotReadable(NotNow):
    """The ticket core cannot be reached; writing still works."""

    code, title = "tickets_not_readable", "Tickets cannot be read at the moment"


class ContactsNotReadable(NotNow):
    """The contact service cannot be reached."""

    code, title = "contacts_not_readable", "Contacts cannot be read at the moment"
