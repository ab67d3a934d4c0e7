"""Groups over HTTP: who sees what through them, and that what is derived is right after any history."""

import asyncio
import random
from typing import Any
from uuid import UUID

import httpx
import pytest
import sqlalchemy as sa
from services.tickets.tests.conftest import Desk

from chassis.ids import new_id
from tickets.audit.models import AuditEntry
from tickets.channels.models import Subscription
from tickets.channels.models_groups import DirectSubscription, GroupMember, GroupSubscription
from tickets.staff.demo import ADA, AGENTS, ANNA, DORA, PETRA, TOM

KEYS = ("support", "sales", "backend", "recruitment")


async def create(client: httpx.AsyncClient, name: str, *members: UUID) -> dict[str, Any]:
    """A new group as the API shows it."""
    response = await client.post("/groups", json={"name": name, "members": [str(agent_id) for agent_id in members]})
    assert response.status_code == 201, response.text
    group: dict[str, Any] = response.json()
    return group


async def subscribe(
    client: httpx.AsyncClient,
    channel: str,
    *,
    agents: dict[UUID, str] | None = None,
    groups: dict[str, str] | None = None,
) -> dict[str, Any]:
    """Replace the subscriptions of a channel; gives them as they are then."""
    body: dict[str, Any] = {"items": [{"agent_id": str(key), "kind": kind} for key, kind in (agents or {}).items()]}
    if groups is not None:
        body["groups"] = [{"group_id": key, "kind": kind} for key, kind in groups.items()]
    response = await client.put(f"/channels/{channel}/subscriptions", json=body)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


async def change(client: httpx.AsyncClient, group_id: str, **fields: Any) -> httpx.Response:
    """Change a group in the version of now."""
    read = await client.get(f"/groups/{group_id}")
    return await client.patch(f"/groups/{group_id}", json=fields, headers={"If-Match": read.headers["ETag"]})


async def recount(desk: Desk) -> tuple[dict[tuple[str, UUID], str], dict[tuple[str, UUID], str]]:
    """What is stored as effective, and what follows from what was set, counted in another way."""
    async with desk.app.database.transaction() as tx:
        stored = {
            (row.channel, row.agent_id): str(row.kind) for row in await tx.session.scalars(sa.select(Subscription))
        }
        members = [(row.group_id, row.agent_id) for row in await tx.session.scalars(sa.select(GroupMember))]
        groups = list(await tx.session.scalars(sa.select(GroupSubscription)))
        direct = list(await tx.session.scalars(sa.select(DirectSubscription)))
    kinds: dict[tuple[str, UUID], set[str]] = {}
    for one in direct:
        kinds.setdefault((one.channel, one.agent_id), set()).add(str(one.kind))
    for group in groups:
        for group_id, agent_id in members:
            if group_id == group.group_id:
                kinds.setdefault((group.channel, agent_id), set()).add(str(group.kind))
    return stored, {tie: "standard" if "standard" in found else "informal" for tie, found in kinds.items()}


async def test_members_see_the_channels_of_their_group_until_they_leave_it(desk: Desk) -> None:
    await desk.receive()
    ada, petra = await desk.browser(ADA), await desk.browser(PETRA)
    assert (await petra.get("/tickets/10001")).status_code == 404
    group = await create(ada, "First line", PETRA)
    assert (await petra.get("/tickets/10001")).status_code == 404
    found = await subscribe(ada, "support", agents={TOM: "standard"}, groups={group["id"]: "informal"})
    assert (await petra.get("/tickets/10001")).status_code == 200
    assert found["items"] == [{"agent_id": str(TOM), "kind": "standard"}]
    assert found["groups"] == [{"group_id": group["id"], "name": "First line", "kind": "informal"}]
    assert {"agent_id": str(PETRA), "kind": "informal", "direct": None, "groups": [group["id"]]} in found["effective"]
    assert (await change(ada, group["id"], members=[str(DORA)])).status_code == 200
    assert (await petra.get("/tickets/10001")).status_code == 404
    assert (await (await desk.browser(DORA)).get("/tickets/10001")).status_code == 200


async def test_standard_wins_over_informal_whichever_of_both_is_the_groups(desk: Desk) -> None:
    ada = await desk.browser(ADA)
    group = await create(ada, "First line", TOM, ANNA)
    found = await subscribe(
        ada, "support", agents={TOM: "informal", ANNA: "standard"}, groups={group["id"]: "standard"}
    )
    assert {item["agent_id"]: (item["kind"], item["direct"]) for item in found["effective"]} == {
        str(TOM): ("standard", "informal"),
        str(ANNA): ("standard", "standard"),
    }
    weaker = await subscribe(
        ada, "support", agents={TOM: "informal", ANNA: "standard"}, groups={group["id"]: "informal"}
    )
    assert {item["agent_id"]: item["kind"] for item in weaker["effective"]} == {
        str(TOM): "informal",
        str(ANNA): "standard",
    }


async def test_a_request_that_knows_nothing_of_groups_leaves_them_as_they_are(desk: Desk) -> None:
    ada = await desk.browser(ADA)
    group = await create(ada, "First line", DORA)
    await subscribe(ada, "sales", groups={group["id"]: "standard"})
    found = await subscribe(ada, "sales", agents={TOM: "informal"})
    assert [item["group_id"] for item in found["groups"]] == [group["id"]]
    assert {item["agent_id"] for item in found["effective"]} == {str(TOM), str(DORA)}
    assert (await subscribe(ada, "sales", groups={}))["effective"] == []


async def test_a_deleted_group_takes_its_subscriptions_along_and_nothing_else(desk: Desk) -> None:
    ada = await desk.browser(ADA)
    group = await create(ada, "First line", DORA, TOM)
    await subscribe(ada, "sales", agents={TOM: "informal"}, groups={group["id"]: "standard"})
    assert (await ada.delete(f"/groups/{group['id']}", headers={"If-Match": '"9"'})).status_code == 409
    assert (await ada.delete(f"/groups/{group['id']}")).status_code == 428
    assert (await ada.delete(f"/groups/{group['id']}", headers={"If-Match": '"1"'})).status_code == 204
    assert (await ada.get(f"/groups/{group['id']}")).status_code == 404
    found = (await ada.get("/channels/sales/subscriptions")).json()
    assert found["effective"] == [{"agent_id": str(TOM), "kind": "informal", "direct": "informal", "groups": []}]


async def test_groups_are_listed_by_name_and_by_page_and_created_once(desk: Desk) -> None:
    ada = await desk.browser(ADA)
    for name in ("beta", "Alpha", "gamma"):
        await create(ada, name, TOM)
    first = (await ada.get("/groups", params={"limit": 2})).json()
    second = (await ada.get("/groups", params={"limit": 2, "cursor": first["next"]})).json()
    assert [item["name"] for item in first["items"] + second["items"]] == ["Alpha", "beta", "gamma"]
    assert (first["items"][0]["member_count"], second["next"]) == (1, None)
    body = {"name": "delta", "members": []}
    twice = [await ada.post("/groups", json=body, headers={"Idempotency-Key": "d"}) for _ in range(2)]
    assert twice[0].json() == twice[1].json()
    taken = await ada.post("/groups", json={"name": "ALPHA"})
    assert (taken.status_code, taken.json()["code"]) == (409, "group_exists")
    renamed = await change(ada, twice[0].json()["id"], name="beta")
    assert (renamed.status_code, renamed.json()["code"]) == (409, "group_exists")
    assert (await change(ada, twice[0].json()["id"], name="Delta")).json()["name"] == "Delta"


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "x\x00"},
        {"name": "x", "members": ["nobody"]},
        {"name": "x", "members": [str(new_id())]},
        {"name": "x", "colour": "red"},
    ],
)
async def test_a_group_that_cannot_be_is_refused(desk: Desk, body: dict[str, Any]) -> None:
    ada = await desk.browser(ADA)
    assert (await ada.post("/groups", json=body)).status_code == 422


async def test_a_group_that_is_not_there_cannot_subscribe_nor_twice(desk: Desk) -> None:
    ada = await desk.browser(ADA)
    nobody = {"items": [], "groups": [{"group_id": str(new_id()), "kind": "standard"}]}
    refused = await ada.put("/channels/sales/subscriptions", json=nobody)
    assert (refused.status_code, refused.json()["code"]) == (422, "unknown_reference")
    group = await create(ada, "First line")
    twice = {"items": [], "groups": [{"group_id": group["id"], "kind": kind} for kind in ("standard", "informal")]}
    assert (await ada.put("/channels/sales/subscriptions", json=twice)).status_code == 422


async def test_only_administrators_change_groups(desk: Desk) -> None:
    ada, tom = await desk.browser(ADA), await desk.browser(TOM)
    group = await create(ada, "First line", TOM)
    url, headers = f"/groups/{group['id']}", {"If-Match": '"1"'}
    assert (await tom.get(url)).json() == group
    answers = [
        await tom.post("/groups", json={"name": "x"}),
        await tom.patch(url, json={"name": "x"}, headers=headers),
        await tom.delete(url, headers=headers),
    ]
    assert [answer.status_code for answer in answers] == [403] * 3


async def test_after_any_history_what_counts_is_what_a_recount_gives(desk: Desk) -> None:
    """Random changes of members, of groups' subscriptions and of agents' own, some of them at the same time."""
    ada = await desk.browser(ADA)
    dice = random.Random(11)
    agents = list(AGENTS)
    ids = [(await create(ada, f"Group {number}"))["id"] for number in range(4)]

    def picked() -> dict[UUID, str]:
        return {agent_id: dice.choice(("standard", "informal")) for agent_id in agents if dice.random() < 0.4}

    async def step(at: int) -> None:
        if at % 2:
            members = [str(agent_id) for agent_id in agents if dice.random() < 0.4]
            await change(ada, dice.choice(ids), members=members)
        else:
            groups = {id_: dice.choice(("standard", "informal")) for id_ in ids if dice.random() < 0.5}
            await subscribe(ada, dice.choice(KEYS), agents=picked(), groups=groups)

    for round_ in range(15):
        await asyncio.gather(*(step(round_ + at) for at in range(4)))
        stored, counted = await recount(desk)
        assert stored == counted
    read = await ada.get(f"/groups/{ids[0]}")
    await ada.delete(f"/groups/{ids[0]}", headers={"If-Match": read.headers["ETag"]})
    stored, counted = await recount(desk)
    assert stored == counted
    assert stored


async def test_what_is_done_to_groups_and_channels_is_in_the_audit_log(desk: Desk) -> None:
    """TS-11: with who, from where, and what it was before."""
    ada = await desk.browser(ADA)
    group = await create(ada, "First line", TOM)
    await change(ada, group["id"], name="Second line", members=[str(ANNA)])
    await subscribe(ada, "sales", agents={TOM: "informal"}, groups={group["id"]: "standard"})
    await ada.post("/channels", json={"key": "board", "name": "Board"})
    await ada.patch("/channels/board", json={"name": "The board"}, headers={"If-Match": '"1"'})
    read = await ada.get(f"/groups/{group['id']}")
    await ada.delete(f"/groups/{group['id']}", headers={"If-Match": read.headers["ETag"]})
    async with desk.app.database.transaction() as tx:
        by_ada = sa.select(AuditEntry).where(AuditEntry.actor_id == ADA).order_by(AuditEntry.seq)
        entries = (await tx.session.scalars(by_ada)).all()
    assert [(entry.action, entry.subject) for entry in entries] == [
        ("group.created", f"group:{group['id']}"),
        ("group.changed", f"group:{group['id']}"),
        ("subscriptions.replaced", "channel:sales"),
        ("channel.created", "channel:board"),
        ("channel.changed", "channel:board"),
        ("group.deleted", f"group:{group['id']}"),
    ]
    assert {(entry.actor_name, entry.credential_kind, entry.address) for entry in entries} == {
        ("Ada Admin", "session", "192.0.2.7")
    }
    assert all(entry.user_agent.startswith("python-httpx") for entry in entries)
    assert entries[1].details == {
        "name": {"before": "First line", "after": "Second line"},
        "joined": [str(ANNA)],
        "left": [str(TOM)],
    }
    assert entries[2].details["groups"] == {"before": {}, "after": {group["id"]: "standard"}}
    assert "The board" in str(entries[4].details)
