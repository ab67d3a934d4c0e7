"""Where a request comes from is known to whoever writes it down, and what must be last in a transaction is last."""

from collections.abc import Awaitable, Callable
from typing import Annotated

import httpx
from fastapi import Depends

from chassis.app import App
from chassis.auth import Public
from chassis.caller import LONGEST_USER_AGENT, Caller, caller
from chassis.routes import Routes
from contracts.messages import Service

MakeApp = Callable[..., Awaitable[App]]

router = Routes()


@router.get("/api/v1/caller", operation_id="who_calls")
async def who_calls(_public: Annotated[None, Depends(Public("A test."))]) -> dict[str, str]:
    """What the context says."""
    found = caller.get()
    return {} if found is None else vars(found)


async def test_a_request_carries_its_address_and_program_and_nobody_elses(bare_app: MakeApp) -> None:
    app = await bare_app(Service.NOTIFY)
    app.serve(router)
    transport = httpx.ASGITransport(app.api, client=("192.0.2.9", 4711))
    async with httpx.AsyncClient(transport=transport, base_url="https://desk.example") as client:
        named = await client.get("/api/v1/caller", headers={"User-Agent": "Browser " + "x" * 500})
        del client.headers["User-Agent"]
        unnamed = await client.get("/api/v1/caller")
    assert named.json()["address"] == "192.0.2.9"
    assert len(named.json()["user_agent"]) == LONGEST_USER_AGENT
    assert unnamed.json() == vars(Caller(address="192.0.2.9", user_agent=""))
    assert caller.get() is None


async def test_what_is_done_at_the_end_comes_after_everything_else_and_not_after_a_failure(bare_app: MakeApp) -> None:
    app = await bare_app(Service.NOTIFY)
    done: list[str] = []

    async def note(what: str) -> None:
        done.append(what)

    async with app.database.transaction() as tx:
        tx.at_end(lambda: note("first"))
        tx.at_end(lambda: note("second"))
        done.append("body")
    assert done == ["body", "first", "second"]

    async def fail() -> None:
        async with app.database.transaction() as tx:
            tx.at_end(lambda: note("never"))
            raise LookupError

    try:
        await fail()
    except LookupError:
        done.append("failed")
    assert done[-1] == "failed"
    assert "never" not in done
