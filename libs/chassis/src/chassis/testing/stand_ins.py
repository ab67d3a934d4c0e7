"""Stand-ins for the other services of a test: clients on the real bus that answer requests as their owner would."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import nats
from nats.aio.client import Client
from nats.aio.msg import Msg

from chassis.testing.servers import NatsServer
from contracts.envelope import PROBLEM_HEADER
from contracts.messages import Problem, Reply, Request, Service

Answer = Callable[[Any], Awaitable[Reply]]
Answers = Mapping[type[Request[Any]], Answer]


async def stand_in(server: NatsServer, service: Service, answers: Answers) -> Client:
    """Answer these requests as ``service``, with its own user and rights; closing the client takes it down."""
    client = await nats.connect(
        server.url,
        user=str(service),
        password=server.passwords[service],
        inbox_prefix=f"_INBOX_{service}".encode(),
    )
    for request, answer in answers.items():
        await client.subscribe(request.bus_subject, queue=str(service), cb=_answering(client, request, answer))
    await client.flush()
    return client


def _answering(client: Client, request: type[Request[Any]], answer: Answer) -> Callable[[Msg], Awaitable[None]]:
    async def answering(message: Msg) -> None:
        reply = await answer(request.model_validate_json(message.data))
        headers = {PROBLEM_HEADER: reply.code} if isinstance(reply, Problem) else None
        await client.publish(message.reply, reply.model_dump_json().encode(), headers=headers)

    return answering
