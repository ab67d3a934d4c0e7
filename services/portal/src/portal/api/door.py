"""Who the customer is: the session cookie of the portal, apart from everything that agents sign in with."""

from fastapi import Request, Response

from chassis.app import App
from chassis.auth import OwnDoor, refuse_cross_site
from chassis.problems import Unauthenticated
from portal import queries
from portal.operations import sign_in
from portal.rules.access import SignedIn
from portal.rules.tokens import LONGEST
from portal.settings import Settings

SESSION_COOKIE = "__Host-deskstream-portal"


class Customer(OwnDoor):
    """The dependency of a customer's route: who is signed in by the cookie, asked anew with every request.

    Nothing is remembered between requests, so that a removed contact or a switched-off access is out at once.
    """

    def __init__(self, app: App, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, request: Request, response: Response) -> SignedIn:
        """The customer. Raises `Unauthenticated`, and `Forbidden` for a cross-site request."""
        refuse_cross_site(request)
        response.headers["Cache-Control"] = "no-store"
        token = request.cookies.get(SESSION_COOKIE, "")
        async with self._app.database.transaction() as tx:
            customer = await queries.signed_in(tx, token[:LONGEST], idle=self._settings.session_idle)
            if customer is None:
                raise Unauthenticated("Nobody is signed in. Ask for a sign-in link.")
            await sign_in.note_use(tx, customer)
        return customer
