"""The refusals of lists, each with a stable code."""

from chassis.problems import Conflict, Forbidden, NotFound


class ViewNotFound(NotFound):
    """There is no such view, or it is not shared with the agent."""

    code, title = "view_not_found", "No such view"


class NotYourView(Forbidden):
    """Only its owner changes a view; others use it, or save one of their own."""

    code, title = "not_your_view", "Somebody else's view"


class TooManyViews(Conflict):
    """The agent has as many views as there may be."""

    code, title = "too_many_views", "Too many views"
