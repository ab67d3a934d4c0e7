"""The refusals of the ticket core, each with a stable code."""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound


class TicketNotFound(NotFound):
    """No ticket has this number, or the agent may not see it."""

    code, title = "ticket_not_found", "No such ticket"


class ChannelNotFound(NotFound):
    """No channel has this key."""

    code, title = "channel_not_found", "No such channel"


class GroupNotFound(NotFound):
    """No group of agents has this id."""

    code, title = "group_not_found", "No such group"


class AttachmentNotFound(NotFound):
    """No activity of the ticket has a file with these bytes, or the bytes are gone."""

    code, title = "attachment_not_found", "No such attachment"


class ChannelIsReadOnly(Forbidden):
    """The agent is an informal subscriber of a channel where those may only read (C2)."""

    code, title = "channel_read_only", "Read only"


class ChannelExists(Conflict):
    """There is a channel with this key already."""

    code, title = "channel_exists", "The key is taken"


class ChannelIsDefault(Conflict):
    """The default channel cannot be deactivated (TC-07)."""

    code, title = "channel_is_default", "The default channel"


class WorkflowNotFound(NotFound):
    """No workflow has this key."""

    code, title = "workflow_not_found", "No such workflow"


class WorkflowExists(Conflict):
    """There is a workflow with this key already."""

    code, title = "workflow_exists", "The key is taken"


class WorkflowInUse(Conflict):
    """Channels use the workflow, so it cannot be deleted."""

    code, title = "workflow_in_use", "The workflow is in use"


class StatusNotFound(NotFound):
    """The workflow has no status with this key."""

    code, title = "status_not_found", "No such status"


class StatusExists(Conflict):
    """The workflow has, or had, a status with this key: keys are for ever."""

    code, title = "status_exists", "The key is taken"


class InvalidWorkflow(Invalid):
    """With these statuses a ticket could not begin, end or go on."""

    code, title = "invalid_workflow", "Not a workflow"


class StatusNotAllowed(Conflict):
    """The workflow does not let an agent go from this status to that one; ``current`` names where it does (TC-12)."""

    code, title = "status_not_allowed", "Not the next status"


class TicketIsVisible(Conflict):
    """The administrator sees the ticket anyway, so there is nothing to break (CV-11)."""

    code, title = "ticket_visible", "You see this ticket already"


class GroupExists(Conflict):
    """There is a group of agents with this name already."""

    code, title = "group_exists", "The name is taken"


class InternalTicketCannotMail(Conflict):
    """An internal ticket never sends anything to the outside (CW-11)."""

    code, title = "internal_ticket", "Internal tickets send no mail"


class UnknownReference(Invalid):
    """A channel, status, agent or contact that is named does not exist, or cannot be used here."""

    code, title = "unknown_reference", "Unknown reference"


class NoRecipient(Invalid):
    """There is nobody whom the mail could go to."""

    code, title = "no_recipient", "No recipient"
