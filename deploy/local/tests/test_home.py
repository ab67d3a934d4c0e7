"""The desk's folder: lock, state, passwords, ports, logs and memory."""

import os
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from contracts.messages import Service
from deskstream_local import logs, memory
from deskstream_local.addresses import Ports, PortTaken
from deskstream_local.credentials import Credentials
from deskstream_local.home import AlreadyUp, Home, ProcessState, RunState
from deskstream_local.services import SERVICES


def test_the_names_of_the_services_are_those_of_the_contracts() -> None:
    assert set(SERVICES) == set(Service)


def test_a_second_desk_on_the_same_folder_is_refused_and_told_where_the_first_one_is(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        home.write_state(RunState(pid=4711, url="http://localhost:8080"))
        with pytest.raises(AlreadyUp, match="process 4711, at http://localhost:8080"), Home(tmp_path).locked():
            pytest.fail("two desks on one folder")
        assert home.read_state() == RunState(pid=4711, url="http://localhost:8080")


def test_the_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from deskstream_local.home import Home\n"
        "with Home(Path(sys.argv[1])).locked(): print('locked', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"locked\n"
        with pytest.raises(AlreadyUp), Home(tmp_path).locked():
            pytest.fail("two desks on one folder")
        other.kill()
    with Home(tmp_path).locked():
        assert (tmp_path / "up.lock").exists()


def test_the_state_of_a_running_desk_is_read_as_it_was_written(tmp_path: Path) -> None:
    home = Home(tmp_path)
    state = RunState(pid=1, ready=True, processes=(ProcessState("postgres", 2, restarts=0, ready=True),))
    home.write_state(state)
    assert home.read_state() == state


def test_a_desk_that_ended_leaves_no_state(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with home.locked():
        home.write_state(RunState(pid=1))
    assert home.read_state() is None


def test_passwords_stay_the_same_differ_from_each_other_and_only_their_owner_reads_them(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    first = Credentials(file).get("tickets.nats")
    other = Credentials(file).get("ingest.nats")
    assert Credentials(file).get("tickets.nats") == first != other
    assert first[0].isalpha()
    assert file.stat().st_mode & 0o077 == 0


def test_a_taken_port_is_refused_with_the_variable_that_sets_another() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with pytest.raises(PortTaken, match=f"Port {port} .* DESKSTREAM_SMTP_PORT"):
            Ports.from_environment(
                {**_free_environment(), "DESKSTREAM_SMTP_PORT": str(port)},
            )


@pytest.mark.parametrize("text", ["0", "65536", "-1", "http", ""])
def test_what_is_no_port_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="DESKSTREAM_PORT"):
        Ports.from_environment({**_free_environment(), "DESKSTREAM_PORT": text})


def test_ports_come_from_the_environment() -> None:
    environment = _free_environment()
    ports = Ports.from_environment(environment)
    assert (str(ports.http), str(ports.smtp), str(ports.sink)) == tuple(environment.values())
    assert ports.url == f"http://localhost:{ports.http}"


def _free_environment() -> dict[str, str]:
    free = Ports.free()
    return {
        "DESKSTREAM_PORT": str(free.http),
        "DESKSTREAM_SMTP_PORT": str(free.smtp),
        "DESKSTREAM_SINK_PORT": str(free.sink),
    }


def test_a_long_log_is_cut_while_its_process_goes_on_writing(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    with log.open("ab", buffering=0) as process:
        process.write(b"x" * 100)
        assert logs.rotate(log, max_bytes=50)
        process.write(b"after")
    assert log.read_bytes() == b"after"
    assert (tmp_path / "ingest.log.1").read_bytes() == b"x" * 100


def test_a_short_log_is_left_alone(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    log.write_bytes(b"short")
    assert not logs.rotate(log, max_bytes=50)
    assert not logs.rotate(tmp_path / "absent.log")
    assert [file.name for file in tmp_path.iterdir()] == ["ingest.log"]


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = tmp_path / "ingest.log"
    log.write_text("\n".join(map(str, range(100))))
    assert logs.tail(log, lines=2) == "98\n99"


@pytest.mark.skipif(sys.platform != "linux", reason="needs /proc")
def test_memory_counts_a_process_and_its_children() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        end = time.monotonic() + 10
        while memory.megabytes(child.pid) < 1:
            assert time.monotonic() < end
            threading.Event().wait(0.02)
        assert child.pid in memory.family(os.getpid())
        child.communicate(b"\n")
    assert memory.megabytes(child.pid) == 0
