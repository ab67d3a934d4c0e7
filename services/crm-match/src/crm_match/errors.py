"""The refusals of the contact service, each with a stable code."""

from chassis.problems import Conflict, Invalid, NotFound


class ContactNotFound(NotFound):
    """No contact has this id."""

    code, title = "contact_not_found", "No such contact"


class CompanyNotFound(NotFound):
    """No company has this id."""

    code, title = "company_not_found", "No such company"


class ContactExists(Conflict):
    """Another contact has the same name and one of these addresses; ``current`` is that contact."""

    code, title = "contact_exists", "This contact is there already"


class CompanyExists(Conflict):
    """Another company has this name; ``current`` is that company."""

    code, title = "company_exists", "This company is there already"


class InvalidPhone(Invalid):
    """A phone number that cannot exist."""

    code, title = "invalid_phone", "Not a phone number"


class UnknownCompany(Invalid):
    """The company that a contact shall belong to does not exist."""

    code, title = "unknown_company", "Unknown company"
