"""The settings of the desk: what an administrator changes while it runs (CF-06)."""

from services.tickets.tests.conftest import Desk

from tickets.staff.demo import ADA, TOM


async def test_everybody_reads_the_settings_and_an_administrator_changes_them(desk: Desk) -> None:
    admin, agent = await desk.browser(ADA), await desk.browser(TOM)
    found = await agent.get("/settings")
    assert (found.json(), found.headers["ETag"]) == (
        {
            "default_channel": None,
            "reopen_days": None,
            "ticket_prefix": "DS",
            "time_zone": "Europe/Berlin",
            "version": 1,
        },
        '"1"',
    )
    assert (await agent.patch("/settings", json={}, headers={"If-Match": '"1"'})).status_code == 403
    changed = await admin.patch("/settings", json={"reopen_days": 14}, headers={"If-Match": '"1"'})
    assert (changed.json()["reopen_days"], changed.json()["version"]) == (14, 2)
    stale = await admin.patch("/settings", json={"reopen_days": 15}, headers={"If-Match": '"1"'})
    assert (stale.status_code, stale.json()["code"]) == (409, "stale_version")
    for wrong in ({"ticket_prefix": "XX"}, {"reopen_days": 0}, {"default_channel": "nowhere"}):
        assert (await admin.patch("/settings", json=wrong, headers={"If-Match": '"2"'})).status_code == 422
    assert (await agent.get("/settings")).json()["version"] == 2


async def test_a_mail_for_a_channel_that_does_not_exist_goes_to_the_default_channel(desk: Desk) -> None:
    """TC-07."""
    assert (await desk.receive(channel="nowhere")).channel == "support"
    admin = await desk.browser(ADA)
    await admin.patch("/settings", json={"default_channel": "sales"}, headers={"If-Match": '"1"'})
    assert (await desk.receive(channel="nowhere")).channel == "sales"


async def test_a_new_channel_begins_with_the_days_for_reopening_unless_it_says_otherwise(desk: Desk) -> None:
    admin = await desk.browser(ADA)
    await admin.patch("/settings", json={"reopen_days": 14}, headers={"If-Match": '"1"'})
    for key, given in (("a", {}), ("b", {"reopen_days": 3}), ("c", {"reopen_days": None})):
        assert (await admin.post("/channels", json={"key": key, "name": key, **given})).status_code == 201
    days = [(await admin.get(f"/channels/{key}")).json()["reopen_days"] for key in "abc"]
    assert days == [14, 3, None]
