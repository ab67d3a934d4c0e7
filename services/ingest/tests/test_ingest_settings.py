"""Settings that contradict each other are refused at the start; the demo can be seeded again and again."""

from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr, ValidationError

from chassis.app import App
from ingest import demo
from ingest.models import mail_account
from ingest.settings import Settings

NEEDED: dict[str, Any] = {
    "database_url": SecretStr("postgresql+asyncpg://nobody@localhost/nothing"),
    "nats_url": "nats://localhost",
    "nats_password": SecretStr(""),
    "blobs_url": "memory:///",
}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"smtp_tls_certificate": Path("chain.pem")}, "INGEST_SMTP_TLS_KEY"),
        ({"relay_user": "desk"}, "INGEST_RELAY_PASSWORD"),
        ({"relay_password": SecretStr("x")}, "INGEST_RELAY_USER"),
        ({"smtp_memory": 10_000, "smtp_max_size": 20_000}, "INGEST_SMTP_MEMORY is below"),
        ({"instance": "Desk 1"}, "instance"),
        ({"relay_tls": "maybe"}, "relay_tls"),
    ],
)
def test_settings_that_cannot_work_are_refused_with_their_names(values: dict[str, Any], words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        Settings(**NEEDED | values)


def test_the_environment_is_read_with_the_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INGEST_RELAY_HOST", "relay.example")
    monkeypatch.setenv("INGEST_SEND_FOR", "P2D")
    settings = Settings(**NEEDED)
    assert (settings.relay_host, settings.send_for.days) == ("relay.example", 2)


async def test_the_demo_adds_three_accounts_once(
    build_app: Callable[..., Awaitable[App]], rows: Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]
) -> None:
    app = await build_app()
    async with app.database.transaction() as tx:
        await demo.seed(tx, password="unused")
    accounts = {row["address"]: (row["channel"], row["is_default"]) for row in await rows(app, mail_account)}
    assert accounts == {
        "support@desk.example": ("support", True),
        "sales@desk.example": ("sales", False),
        "jobs@desk.example": ("recruitment", False),
    }
