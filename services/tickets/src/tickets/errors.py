"""The refusals of the ticket core, each with a stable code."""

from chassis.problems import Conflict, Forbidden, Invalid, NotFound, Refusal, TooMany


class TicketNotFound(NotFound):
    """No ticket has this number, or the agent may not see it."""

    code, title = "ticket_not_found", "No such ticket"


class TicketMoved(Refusal):
    """The ticket was merged: the header Location leads to the one that it is part of now (TS-09)."""

    status, code, title = 308, "ticket_moved", "Merged into another ticket"


class TicketIsMerged(Conflict):
    """The ticket was merged, so it cannot be changed any more; ``current`` names the one that it is part of."""

    code, title = "ticket_merged", "Merged into another ticket"


class CannotMerge(Conflict):
    """The two tickets cannot become one."""

    code, title = "cannot_merge", "Cannot be merged"


class CannotSplit(Conflict):
    """The activity cannot be split off."""

    code, title = "cannot_split", "Cannot be split off"


class CannotUndo(Conflict):
    """It was undone already, or something was built upon it."""

    code, title = "cannot_undo", "Cannot be undone"


class CannotLink(Conflict):
    """The link is there already, or would lead in a circle."""

    code, title = "cannot_link", "Cannot be linked"


class ChangeNotFound(NotFound):
    """The ticket has no such merge or split."""

    code, title = "change_not_found", "No such merge or split"


class LinkNotFound(NotFound):
    """The ticket has no such link, or it leads to a ticket that the agent may not see."""

    code, title = "link_not_found", "No such link"


class BulkNotFound(NotFound):
    """There is no such bulk action of this agent."""

    code, title = "bulk_not_found", "No such bulk action"


class ChannelNotFound(NotFound):
    """No channel has this key."""

    code, title = "channel_not_found", "No such channel"


class GroupNotFound(NotFound):
    """No group of agents has this id."""

    code, title = "group_not_found", "No such group"


class AttachmentNotFound(NotFound):
    """No activity of the ticket has a file with these bytes, or the bytes are gone."""

    code, title = "attachment_not_found", "No such attachment"


class ActivityNotFound(NotFound):
    """No activity of this ticket has this id."""

    code, title = "activity_not_found", "No such activity"


class NewActivities(Conflict):
    """Others have written since the agent last looked; ``current`` says what (TS-02)."""

    code, title = "new_activity", "Somebody else was faster"


class AlreadySent(Conflict):
    """The mail has left, or is leaving right now: nobody can take it back."""

    code, title = "already_sent", "Already sent"


class AlreadyWithdrawn(Conflict):
    """The mail was taken back before."""

    code, title = "already_withdrawn", "Already taken back"


class NotTheAuthor(Forbidden):
    """Only its author can take a mail back: the text returns as a draft of theirs."""

    code, title = "not_the_author", "Not yours"


class CannotBeAnswered(Conflict):
    """This activity is no mail or is hidden: it cannot be answered, and it is not quoted."""

    code, title = "cannot_be_answered", "Cannot be answered"


class VisibilityIsFixed(Conflict):
    """This activity cannot be shown to the customer, or is gone."""

    code, title = "visibility_fixed", "Stays as it is"


class DraftNotFound(NotFound):
    """The agent has no draft with this id."""

    code, title = "draft_not_found", "No such draft"


class DraftExists(Conflict):
    """There is a draft of this kind on the ticket already; ``current`` shows it."""

    code, title = "draft_exists", "There is a draft already"


class DraftIncomplete(Invalid):
    """Something is missing before the draft can be sent; ``current`` says what."""

    code, title = "draft_incomplete", "Not complete yet"


class DraftOutOfSight(Conflict):
    """The agent may not see the draft's ticket any more, so nothing can be sent there."""

    code, title = "draft_out_of_sight", "Ticket out of sight"


class UploadNotFound(NotFound):
    """The agent has no upload with this id, or it has expired."""

    code, title = "upload_not_found", "No such upload"


class SolutionNotFound(NotFound):
    """The ticket has no solution yet."""

    code, title = "solution_not_found", "No solution yet"


class TemplateNotFound(NotFound):
    """No template has this id, or it is another agent's own."""

    code, title = "template_not_found", "No such template"


class Unprintable(Invalid):
    """The font of letters does not have all characters of this one."""

    code, title = "unprintable", "Cannot be printed"


class UnknownVariable(Invalid):
    """A template or a signature names a variable that there is none of."""

    code, title = "unknown_variable", "Unknown variable"


class FilesTooLarge(Invalid):
    """The files of one activity are larger together than a mail may be."""

    code, title = "files_too_large", "Too large together"


class ChannelIsReadOnly(Forbidden):
    """The agent is an informal subscriber of a channel where those may only read (C2)."""

    code, title = "channel_read_only", "Read only"


class ChannelExists(Conflict):
    """There is a channel with this key already."""

    code, title = "channel_exists", "The key is taken"


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


class TooManyTickets(Invalid):
    """A filter matches more tickets than a bulk action takes."""

    code, title = "too_many_tickets", "Too many tickets"


class NoRecipient(Invalid):
    """There is nobody whom the mail could go to."""

    code, title = "no_recipient", "No recipient"


class ReminderNotFound(NotFound):
    """The agent has no reminder of the ticket."""

    code, title = "reminder_not_found", "No such reminder"


class ReminderTooFarOrPast(Invalid):
    """The time is over already, or more than ten years ahead."""

    code, title = "reminder_time", "Choose another time"


class TooManyStreams(TooMany):
    """The agent has as many live streams open as one may have."""

    code, title = "too_many_streams", "Too many live streams"
