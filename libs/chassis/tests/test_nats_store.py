"""Where the embedded NATS server keeps its streams: nats-server reads environment values as configuration."""

from pathlib import Path

import pytest
from pydantic import SecretStr

from chassis import streams
from chassis.embedded.nats import EmbeddedNats
from chassis.testing.servers import NATS_CONFIG, nats_environment, nats_passwords, repository


@pytest.mark.parametrize("name", ["with a space", "7 # {odd}", 'a "quoted" \\ one', "Büro"])
async def test_a_store_may_lie_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    store = tmp_path / name
    server = EmbeddedNats(store, repository() / NATS_CONFIG, environment=nats_environment())
    server.start()
    try:
        client = await streams.connect(
            streams.StreamSettings(nats_url=server.url, nats_password=SecretStr(nats_passwords()["operator"]))
        )
        await streams.declare(client)
        await client.close()
    finally:
        server.stop()
    assert (store / "jetstream").is_dir()
