"""The refusals of the mail service, each with a stable code."""

from chassis.problems import Conflict, NotFound


class AccountNotFound(NotFound):
    """No mail account has this id."""

    code, title = "mail_account_not_found", "No such mail account"


class AccountTaken(Conflict):
    """Another mail account has this key or this address."""

    code, title = "mail_account_taken", "Taken by another mail account"


class MailNotFound(NotFound):
    """No mail has this id."""

    code, title = "mail_not_found", "No such mail"


class MailNotWaiting(Conflict):
    """Only a mail that waits to be parsed or is in quarantine can be parsed again."""

    code, title = "mail_not_waiting", "This mail needs no further try"


class OutgoingMailNotFound(NotFound):
    """No outgoing mail has this id."""

    code, title = "outgoing_mail_not_found", "No such outgoing mail"


class OutgoingMailDone(Conflict):
    """Every recipient's server has accepted the mail."""

    code, title = "outgoing_mail_done", "This mail has been sent"
