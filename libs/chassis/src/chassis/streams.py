"""Declares streams and consumers as the contracts say: one idempotent step, run by the operator's NATS user.

``python -m chassis.streams`` declares once; ``--watch`` stays and declares again whenever the server came back, which
also repairs a deleted JetStream volume.
"""

import asyncio
import logging
from typing import Annotated

import nats
import nats.errors
import nats.js.errors
import typer
from nats.aio.client import Client
from nats.js import JetStreamContext
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, DiscardPolicy, StorageType, StreamConfig
from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from contracts.messages import Service, load_all
from contracts.topology import STREAMS, Consumer, Stream, consumers

log = logging.getLogger(__name__)

ACK_WAIT = 30.0
"""Seconds after which an event that nobody acknowledged is delivered again: the wait after a killed worker."""


class StreamSettings(BaseSettings):
    """Where the operator's user connects; read from ``STREAMS_…``."""

    model_config = SettingsConfigDict(env_prefix="STREAMS_", extra="ignore", frozen=True)

    nats_url: str = Field(description="nats://host:port; several servers separated by commas.")
    nats_user: str = "operator"
    nats_password: SecretStr = Field(description="Password of the operator's NATS user.")
    replicas: int = Field(default=1, ge=1, le=5, description="Copies of each stream; 3 on a cluster.")


def stream_config(stream: Stream, *, replicas: int) -> StreamConfig:
    """What the server is told about a stream."""
    return StreamConfig(
        name=stream.name,
        subjects=[stream.subject],
        max_age=stream.max_age.total_seconds(),
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        num_replicas=replicas,
        duplicate_window=120,
        allow_direct=False,
    )


def consumer_config(consumer: Consumer) -> ConsumerConfig:
    """What the server is told about a consumer; it starts with the oldest event, and the inbox knows the rest."""
    return ConsumerConfig(
        durable_name=consumer.durable,
        filter_subjects=[event.pattern() for event in consumer.events],
        deliver_policy=DeliverPolicy.ALL,
        ack_policy=AckPolicy.EXPLICIT,
        ack_wait=ACK_WAIT,
        max_deliver=-1,
        max_ack_pending=2000,
    )


async def declare(client: Client, *, replicas: int = 1) -> None:
    """Make the server hold exactly the streams and consumers of the contracts; what is right is left alone."""
    load_all()
    jetstream = client.jetstream(timeout=10)
    for stream in STREAMS.values():
        await _declare_stream(jetstream, stream_config(stream, replicas=replicas))
    for service in Service:
        for consumer in consumers(service):
            await jetstream.add_consumer(consumer.stream.name, config=consumer_config(consumer))


async def _declare_stream(jetstream: JetStreamContext, config: StreamConfig) -> None:
    try:
        await jetstream.stream_info(str(config.name))
    except nats.js.errors.NotFoundError:
        await jetstream.add_stream(config)
        log.info("stream %s declared", config.name)
    else:
        await jetstream.update_stream(config)


async def connect(settings: StreamSettings) -> Client:
    """Connect as the operator; waits until the server is there."""
    return await nats.connect(
        [server.strip() for server in settings.nats_url.split(",")],
        user=settings.nats_user,
        password=settings.nats_password.get_secret_value(),
        inbox_prefix=f"_INBOX_{settings.nats_user}".encode(),
        max_reconnect_attempts=-1,
        reconnect_time_wait=1,
    )


async def watch(settings: StreamSettings, *, interval: float = 10.0) -> None:
    """Declare now, and again every ``interval`` seconds: a wiped server is whole again within that time."""
    client = await connect(settings)
    while True:
        try:
            await declare(client, replicas=settings.replicas)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
            log.warning("streams cannot be declared now: %r", error)
            if client.is_closed:  # ended by the server with an error, after which a client never opens it again
                client = await connect(settings)
        await asyncio.sleep(interval)


def main(
    *, keep: Annotated[bool, typer.Option("--watch", help="Stay, and declare again when needed.")] = False
) -> None:
    """Declare the streams and consumers of all services."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s streams %(levelname)s %(message)s")
    settings = StreamSettings()

    async def once() -> None:
        client = await connect(settings)
        try:
            await declare(client, replicas=settings.replicas)
        finally:
            await client.close()

    asyncio.run(watch(settings) if keep else once())


if __name__ == "__main__":
    typer.run(main)
