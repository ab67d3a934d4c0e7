"""The refusals of the notification service, each with a stable code."""

from chassis.problems import NotFound


class NotificationNotFound(NotFound):
    """No notification of this agent has this id."""

    code, title = "notification_not_found", "No such notification"
