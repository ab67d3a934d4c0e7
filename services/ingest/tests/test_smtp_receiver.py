"""Real SMTP sessions against the receiver: whom it takes mail for, what it refuses, and with which words."""

import asyncio
import shutil
import smtplib
import ssl
import subprocess
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path

import aiosmtplib
import pytest
import sqlalchemy as sa

from chassis.app import App, Role
from chassis.testing import NatsServer
from chassis.testing.waiting import eventually
from ingest import demo
from ingest.models import mail, mail_account

BuildApp = Callable[..., Awaitable[App]]
Start = Callable[[App], Awaitable[None]]
Rows = Callable[[App, sa.Table], Awaitable[Sequence[sa.RowMapping]]]

SABINE = "sabine@schulz.example"
SUPPORT = "support@desk.example"
MAIL = b"From: Sabine <sabine@schulz.example>\r\nSubject: Hello\r\nMessage-ID: <1@schulz.example>\r\n\r\nHello.\r\n"


@pytest.fixture
async def app(build_app: BuildApp, start: Start) -> App:
    """The worker, listening for mail of up to 100,000 bytes."""
    app = await build_app(smtp_max_size=100_000)
    await start(app)
    return app


@pytest.fixture
async def client(app: App) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connected client."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)) as session:
        yield session


def port_of(app: App) -> int:
    port: int = vars(app.settings)["smtp_port"]
    return port


async def alter(app: App, account: str, **values: object) -> None:
    """Change an account behind the receiver's back, as another process would."""
    async with app.database.transaction() as tx:
        await tx.session.execute(sa.update(mail_account).where(mail_account.c.address == account).values(**values))


async def test_an_ordinary_client_delivers_a_mail(app: App, rows: Rows) -> None:
    def send() -> None:
        with smtplib.SMTP("127.0.0.1", port_of(app), timeout=10) as session:
            assert session.sendmail(SABINE, [SUPPORT], MAIL) == {}

    await asyncio.to_thread(send)
    [row] = await rows(app, mail)
    assert row["account_id"] == demo.ACCOUNTS[0][0]
    assert (row["envelope_sender"], row["envelope_recipients"], row["size"]) == (SABINE, [SUPPORT], len(MAIL))
    assert row["client_address"] == "127.0.0.1"
    assert row["client_name"] != ""
    assert await app.blobs.get(row["raw_sha256"]) == MAIL


async def test_the_greeting_offers_what_the_receiver_can_do(client: aiosmtplib.SMTP) -> None:
    answer = await client.ehlo()
    assert answer.message.splitlines()[0] == "mx.desk.example"
    assert {"SIZE 100000", "8BITMIME", "SMTPUTF8"} <= set(answer.message.splitlines())


async def test_an_unknown_recipient_is_refused_with_550_and_the_known_one_still_gets_the_mail(
    client: aiosmtplib.SMTP, app: App, rows: Rows
) -> None:
    errors, _ = await client.sendmail(SABINE, ["nobody@desk.example", SUPPORT], MAIL)
    assert list(errors) == ["nobody@desk.example"]
    assert errors["nobody@desk.example"].code == 550
    assert "no mail account with this address" in errors["nobody@desk.example"].message
    assert len(await rows(app, mail)) == 1


@pytest.mark.parametrize("address", ["someone@elsewhere.example", "support@desk.example.evil.example", "support"])
async def test_nothing_is_ever_relayed(client: aiosmtplib.SMTP, app: App, rows: Rows, address: str) -> None:
    await client.mail(SABINE)
    with pytest.raises(aiosmtplib.SMTPRecipientRefused) as refused:
        await client.rcpt(address)
    assert refused.value.code in {550, 553}
    assert await rows(app, mail) == []


@pytest.mark.parametrize("address", ["SUPPORT@Desk.Example", "support+DS-10042@desk.example"])
async def test_case_and_what_stands_behind_a_plus_do_not_matter(
    client: aiosmtplib.SMTP, app: App, rows: Rows, address: str
) -> None:
    await client.sendmail(SABINE, [address], MAIL)
    [row] = await rows(app, mail)
    assert row["envelope_recipients"] == [address]


async def test_an_account_that_is_switched_off_refuses_mail(app: App, rows: Rows) -> None:
    await alter(app, SUPPORT, active=False)
    async with app.database.transaction() as tx:
        tx.wake("directory")
    code, text = 250, ""
    async with asyncio.timeout(10), aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)) as session:
        while code == 250:
            await session.rset()
            await session.mail(SABINE)
            try:
                await session.rcpt(SUPPORT)
            except aiosmtplib.SMTPRecipientRefused as refused:
                code, text = refused.code, refused.message
    assert (code, text) == (550, "5.2.1 This mail account does not take mail at the moment.")
    assert await rows(app, mail) == []


async def test_a_new_account_takes_mail_without_a_restart(client: aiosmtplib.SMTP, app: App, rows: Rows) -> None:
    await asyncio.sleep(1.1)  # an unknown address is looked up at most once a second
    await alter(app, "jobs@desk.example", address="careers@desk.example")
    await client.sendmail(SABINE, ["careers@desk.example"], MAIL)
    assert len(await rows(app, mail)) == 1


async def test_one_mail_to_two_accounts_is_one_row_for_each(client: aiosmtplib.SMTP, app: App, rows: Rows) -> None:
    await client.sendmail(SABINE, [SUPPORT, "sales@desk.example", "support+x@desk.example"], MAIL)
    ledger = await rows(app, mail)
    assert {row["account_id"]: row["envelope_recipients"] for row in ledger} == {
        demo.ACCOUNTS[0][0]: [SUPPORT, "support+x@desk.example"],
        demo.ACCOUNTS[1][0]: ["sales@desk.example"],
    }
    assert len({row["raw_sha256"] for row in ledger}) == 1


async def test_a_bounce_has_an_empty_return_path(client: aiosmtplib.SMTP, app: App, rows: Rows) -> None:
    await client.mail("")
    await client.rcpt(SUPPORT)
    await client.data(MAIL)
    [row] = await rows(app, mail)
    assert row["envelope_sender"] == ""


async def test_a_mail_that_is_too_large_is_refused_with_552_announced_or_not(
    client: aiosmtplib.SMTP, app: App, rows: Rows
) -> None:
    with pytest.raises(aiosmtplib.SMTPSenderRefused) as announced:
        await client.mail(SABINE, options=["SIZE=100001"])
    assert announced.value.code == 552
    await client.mail(SABINE)
    await client.rcpt(SUPPORT)
    with pytest.raises(aiosmtplib.SMTPDataError) as sent:
        await client.data(MAIL + b"x" * 100_000)
    assert (sent.value.code, "too large" in sent.value.message) == (552, True)
    assert await rows(app, mail) == []
    await client.sendmail(SABINE, [SUPPORT], MAIL)
    assert len(await rows(app, mail)) == 1


async def test_mails_that_are_too_much_for_the_memory_together_are_put_off(
    build_app: BuildApp, start: Start, rows: Rows
) -> None:
    app = await build_app(smtp_max_size=200_000, smtp_memory=250_000)
    await start(app)
    large = MAIL + b"words and words\r\n" * 10_000
    _, writer = await asyncio.open_connection("127.0.0.1", port_of(app))
    writer.write(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n" + large)
    await writer.drain()
    await asyncio.sleep(0.3)
    async with asyncio.timeout(10), aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)) as session:
        with pytest.raises(aiosmtplib.SMTPDataError) as put_off:
            await session.sendmail(SABINE, [SUPPORT], large)
        assert put_off.value.code == 452
        writer.close()
        await writer.wait_closed()
        await asyncio.sleep(0.1)
        await session.sendmail(SABINE, [SUPPORT], large)
    assert len(await rows(app, mail)) == 1


async def test_lines_longer_than_the_rfc_allows_are_taken(client: aiosmtplib.SMTP, app: App, rows: Rows) -> None:
    long = MAIL + b"x" * 50_000 + b"\r\n"
    await client.sendmail(SABINE, [SUPPORT], long)
    [row] = await rows(app, mail)
    assert await app.blobs.get(row["raw_sha256"]) == long


async def test_commands_out_of_order_are_refused(client: aiosmtplib.SMTP) -> None:
    await client.ehlo()
    assert (await client.execute_command(b"DATA")).code == 503
    assert (await client.execute_command(b"RCPT", b"TO:<support@desk.example>")).code == 503
    assert (await client.execute_command(b"MAIL", b"FROM:sabine")).code in {250, 553}
    assert (await client.execute_command(b"MAIL", b"FROM:<x@y.example>")).code == 503
    assert (await client.execute_command(b"NONSENSE")).code == 500
    assert (await client.execute_command(b"VRFY", b"support")).code == 252
    assert (await client.execute_command(b"NOOP")).code == 250


async def test_a_sender_that_cannot_be_written_down_is_refused(app: App, rows: Rows) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(app))
    writer.write(b"EHLO x\r\nMAIL FROM:<\xff\xfe@x.example>\r\nMAIL FROM:<" + b"a" * 400 + b"@x.example>\r\nQUIT\r\n")
    answers = (await asyncio.wait_for(reader.read(), 10)).decode().splitlines()
    writer.close()
    assert [answer[:3] for answer in answers[-3:]] == ["553", "553", "221"]
    assert await rows(app, mail) == []


@pytest.mark.parametrize("end", [b"\n.\n", b"\n.\r\n", b"\r\n.\n", b"\r.\r", b"\r\n.\r", b"\n.\r"])
async def test_a_second_mail_cannot_be_smuggled_in(app: App, rows: Rows, end: bytes) -> None:
    smuggled = b"MAIL FROM:<boss@desk.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\nSubject: forged\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port_of(app))

    async def say(what: bytes, code: bytes) -> None:
        writer.write(what)
        async with asyncio.timeout(10):
            while (line := await reader.readline())[3:4] == b"-":
                pass
        assert line[:3] == code, line

    await say(b"", b"220")
    await say(b"EHLO evil.example\r\n", b"250")
    await say(b"MAIL FROM:<x@evil.example>\r\n", b"250")
    await say(b"RCPT TO:<support@desk.example>\r\n", b"250")
    await say(b"DATA\r\n", b"354")
    content = MAIL + b"before" + end + smuggled + b"after\r\n"
    await say(content + b".\r\n", b"250")
    await say(b"QUIT\r\n", b"221")
    writer.close()
    [row] = await rows(app, mail)
    assert row["envelope_sender"] == "x@evil.example"
    unstuffed = content.replace(b"\r\n.", b"\r\n")
    assert await app.blobs.get(row["raw_sha256"]) == unstuffed


async def test_a_client_that_leaves_in_the_middle_leaves_nothing(app: App, rows: Rows) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", port_of(app))
    writer.write(b"EHLO x\r\nMAIL FROM:<a@b.example>\r\nRCPT TO:<support@desk.example>\r\nDATA\r\n" + MAIL)
    await writer.drain()
    await asyncio.sleep(0.2)
    writer.close()
    await writer.wait_closed()
    await asyncio.sleep(0.2)
    assert await rows(app, mail) == []


@pytest.fixture
def certificate(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate for mx.desk.example that signed itself, and its key."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("openssl, which makes the certificate, is not on this machine")
    chain, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subject = ["-subj", "/CN=mx.desk.example", "-addext", "subjectAltName=DNS:mx.desk.example"]
    made = ["-keyout", str(key), "-out", str(chain)]
    subprocess.run([openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", *subject, *made], check=True)
    return chain, key


async def test_with_a_certificate_the_mail_comes_encrypted(
    build_app: BuildApp, start: Start, rows: Rows, certificate: tuple[Path, Path]
) -> None:
    chain, key = certificate
    app = await build_app(smtp_tls_certificate=chain, smtp_tls_key=key)
    await start(app)
    trust = ssl.create_default_context(cafile=str(chain))
    session = aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app), start_tls=False)
    await session.connect()
    await session.starttls(tls_context=trust, server_hostname="mx.desk.example")
    await session.sendmail(SABINE, [SUPPORT], MAIL)
    await session.quit()
    assert len(await rows(app, mail)) == 1


async def test_too_many_connections_are_turned_away_with_421(build_app: BuildApp, start: Start) -> None:
    app = await build_app(smtp_max_connections=2)
    await start(app)
    async with (
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)) as first,
        aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)),
    ):
        with pytest.raises(aiosmtplib.SMTPConnectResponseError) as refused:
            await aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)).connect()
        assert refused.value.code == 421
        assert (await first.noop()).code == 250
    await asyncio.sleep(0.1)
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port_of(app)) as again:
        assert (await again.noop()).code == 250


async def test_a_shutdown_says_goodbye_and_takes_nothing_new(build_app: BuildApp, nats: NatsServer) -> None:
    app = await build_app()
    async with app.running(Role.WORKER):
        await eventually(lambda: app.bus.connected)
        reader, writer = await asyncio.open_connection("127.0.0.1", port_of(app))
        assert (await reader.readline()).startswith(b"220")
    assert (await asyncio.wait_for(reader.read(), 5)).startswith(b"421 4.3.2")
    writer.close()
    with pytest.raises(OSError, match=r"refused|Connect"):
        await asyncio.open_connection("127.0.0.1", port_of(app))
