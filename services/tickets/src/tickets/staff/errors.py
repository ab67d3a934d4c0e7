"""The refusals of the staff, each with a stable code."""

from chassis.problems import Conflict, Invalid, NotFound, TooMany, Unauthenticated


class SignInFailed(Unauthenticated):
    """Address and password do not belong together; whether there is such an account is not told."""

    code, title = "sign_in_failed", "Sign-in failed"


class TooManySignIns(TooMany):
    """Too many sign-ins failed for this account from this address; Retry-After says when to come back."""

    code, title = "too_many_sign_ins", "Too many failed sign-ins"


class TooManyResets(TooMany):
    """Too many new passwords were asked for from this address; Retry-After says when to come back."""

    code, title = "too_many_resets", "Too many requests for a new password"


class AgentNotFound(NotFound):
    """No agent has this id."""

    code, title = "agent_not_found", "No such agent"


class SessionNotFound(NotFound):
    """The agent has no session with this id."""

    code, title = "session_not_found", "No such session"


class TokenNotFound(NotFound):
    """The agent has no API token with this id."""

    code, title = "token_not_found", "No such API token"


class NotAway(NotFound):
    """The agent has no absence."""

    code, title = "not_away", "Not away"


class EmailTaken(Conflict):
    """Another agent signs in with this address."""

    code, title = "email_taken", "This address is taken"


class LastAdmin(Conflict):
    """Without this agent nobody could administer the desk."""

    code, title = "last_admin", "The last administrator"


class AgentInactive(Conflict):
    """The agent cannot sign in, so nothing can be sent that lets them in."""

    code, title = "agent_inactive", "The agent is not active"


class AgentHasPassword(Conflict):
    """An invitation is for agents who cannot sign in yet."""

    code, title = "agent_has_password", "The agent has a password"


class SetUpAlready(Conflict):
    """There is an administrator, so the desk needs no first one. Over HTTP this is a 404."""

    code, title = "set_up_already", "Set up already"


class TooManyTokens(Conflict):
    """The agent has as many API tokens as one can oversee."""

    code, title = "too_many_tokens", "Too many API tokens"


class WeakPassword(Invalid):
    """The new password is not accepted; the detail says why."""

    code, title = "weak_password", "Take another password"


class InvalidLink(Invalid):
    """A one-time link that does not work; whether it was used, has ended or never was is not told."""

    code, title = "invalid_link", "The link does not work"


class InvalidAbsence(Invalid):
    """The absence cannot be like that; the detail says why."""

    code, title = "invalid_absence", "The absence cannot be like that"


class WrongPassword(Invalid):
    """The present password is another one."""

    code, title = "wrong_password", "Wrong password"


class ScopeNotAllowed(Invalid):
    """An API token cannot allow more than its agent may do."""

    code, title = "scope_not_allowed", "Scope not allowed"
