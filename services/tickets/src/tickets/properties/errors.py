"""The refusals about properties, each with a stable code."""

from chassis.problems import Conflict, Invalid, NotFound


class MarkerNotFound(NotFound):
    """No colour marker has this id."""

    code, title = "marker_not_found", "No such colour marker"


class PriorityNotFound(NotFound):
    """No priority has this key."""

    code, title = "priority_not_found", "No such priority"


class FieldNotFound(NotFound):
    """No custom field has this key."""

    code, title = "field_not_found", "No such custom field"


class TagNotFound(NotFound):
    """No tag has this id, or it was merged into another one."""

    code, title = "tag_not_found", "No such tag"


class NameTaken(Conflict):
    """Another one has this name or key already."""

    code, title = "name_taken", "The name is taken"


class DefaultPriority(Conflict):
    """There is always exactly one default, and it is active."""

    code, title = "default_priority", "The default priority"


class TagInUse(Conflict):
    """Tickets hold the tag, or it is being merged."""

    code, title = "tag_in_use", "Tickets have this tag"


class InvalidFields(Invalid):
    """Values of custom fields are missing or wrong; ``errors`` names each field."""

    code, title = "invalid_fields", "Invalid fields"


class TooManyTags(Invalid):
    """A ticket has at most thirty tags."""

    code, title = "too_many_tags", "Too many tags"
