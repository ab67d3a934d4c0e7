"""Which app of the gateway gets which request."""

import httpx
import pytest
from starlette.responses import PlainTextResponse

from deskstream_local.gateway import ByPath

ROUTES = {"/api/v1/tickets": "tickets", "/api/v1": "staff", "/portal": "portal"}


@pytest.mark.parametrize(
    ("path", "app"),
    [
        ("/api/v1/tickets", "tickets"),
        ("/api/v1/tickets/1/replies", "tickets"),
        ("/api/v1/ticketsandmore", "staff"),
        ("/api/v1/contacts", "staff"),
        ("/portal/api/v1/tickets", "portal"),
        ("/portalx", "rest"),
        ("/", "rest"),
    ],
)
async def test_a_request_goes_to_the_longest_path_that_it_is_below(path: str, app: str) -> None:
    gateway = ByPath({prefix: PlainTextResponse(name) for prefix, name in ROUTES.items()}, PlainTextResponse("rest"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway), base_url="http://localhost") as client:
        assert (await client.get(path)).text == app
