"""Keeps a copy of number, channel, status and owner of every ticket, and prints each change of it."""

import asyncio
import json
import os

import nats

FIELDS = ("number", "channel", "status", "owner_id", "responsible_id", "ticket_version")


def take_over(tickets: dict, kind: str, event: dict) -> bool:
    """Bring the copy up to date with an event of this `ce-type`; tells whether that changed anything."""
    if "ticket_id" not in event or "ticket_version" not in event or ".ticket_left_channel." in kind:
        return False
    known = tickets.get(event["ticket_id"])
    if known is not None and event["ticket_version"] <= known["ticket_version"]:
        return False
    tickets[event["ticket_id"]] = {name: event.get(name) for name in FIELDS}
    return True


async def main() -> None:
    bus = await nats.connect(os.environ["NATS_URL"], inbox_prefix=b"_INBOX_integrator", max_reconnect_attempts=-1)
    changes = await bus.jetstream().pull_subscribe("tickets.evt.*.*.*", durable="mirror", stream="TICKETS")
    tickets: dict = {}  # a real copy is stored, or the durable would go on behind what was lost with the process
    while True:
        try:
            messages = await changes.fetch(100, timeout=5)
        except TimeoutError:
            continue
        for message in messages:
            event = json.loads(message.data)
            if take_over(tickets, message.headers["ce-type"], event):
                print(tickets[event["ticket_id"]], flush=True)
            await message.ack()


if __name__ == "__main__":
    asyncio.run(main())
