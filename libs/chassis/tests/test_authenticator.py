"""What is remembered of a credential, and how a revocation ends that."""

from uuid import UUID, uuid4

import pytest
from fastapi import Request

from chassis.auth import Authenticator, CredentialKind
from chassis.problems import Unauthenticated
from contracts.tickets import AccessRevoked, Authenticated


class Desk:
    """Knows one API token; ``before_answering`` runs between looking it up and answering."""

    def __init__(self) -> None:
        self.credential_id = uuid4()
        self.valid = True
        self.asked = 0
        self.authenticator = Authenticator(self.resolve)

    def before_answering(self) -> None:
        """Nothing happens in between."""

    async def resolve(self, _kind: CredentialKind, _secret: str) -> Authenticated | None:
        self.asked += 1
        found = self.valid
        self.before_answering()
        return authenticated(self.credential_id) if found else None

    def revoke(self) -> None:
        self.valid = False
        self.authenticator.forget(AccessRevoked(credential_ids=(self.credential_id,)))


def authenticated(credential_id: UUID) -> Authenticated:
    """An agent without any permission."""
    return Authenticated(
        agent_id=uuid4(),
        credential_id=credential_id,
        kind="token",
        name="Tom Kraus",
        role="agent",
        permissions=frozenset(),
    )


def request() -> Request:
    """A request with an API token."""
    return Request({"type": "http", "method": "GET", "headers": [(b"authorization", b"Bearer ds_token")]})


async def test_a_credential_is_looked_up_once_for_a_moment() -> None:
    desk = Desk()
    first = await desk.authenticator.identify(request())
    assert await desk.authenticator.identify(request()) == first
    assert desk.asked == 1


async def test_a_revoked_credential_is_forgotten_at_once() -> None:
    desk = Desk()
    await desk.authenticator.identify(request())
    desk.revoke()
    with pytest.raises(Unauthenticated):
        await desk.authenticator.identify(request())


async def test_an_answer_that_a_revocation_overtook_is_not_remembered() -> None:
    desk = Desk()
    desk.before_answering = desk.revoke  # type: ignore[method-assign]  # the moment that matters
    await desk.authenticator.identify(request())
    with pytest.raises(Unauthenticated):
        await desk.authenticator.identify(request())
