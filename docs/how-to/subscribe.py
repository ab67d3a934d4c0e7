"""Prints every change of a ticket, and misses none: not even what happened while this script did not run."""

import asyncio
import json
import os

import nats


async def main() -> None:
    bus = await nats.connect(os.environ["NATS_URL"], inbox_prefix=b"_INBOX_integrator", max_reconnect_attempts=-1)
    changes = await bus.jetstream().pull_subscribe("tickets.evt.*.*.*", durable="wallboard", stream="TICKETS")
    while True:
        try:
            messages = await changes.fetch(100, timeout=5)
        except TimeoutError:
            continue
        for message in messages:
            ticket = json.loads(message.data)
            print(ticket["number"], message.headers["ce-type"], ticket["status"], flush=True)
            await message.ack()


asyncio.run(main())
