"""What is refused about keys that sign our mails."""

from chassis.problems import Conflict, NotFound


class MailKeyNotFound(NotFound):
    """No key in use has this id."""

    code, title = "mail_key_not_found", "No such key"


class MailKeyInUse(Conflict):
    """The key that signs cannot be retired."""

    code, title = "mail_key_in_use", "This key signs"
