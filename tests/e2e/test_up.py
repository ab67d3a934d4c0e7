"""What somebody meets who starts a desk: the first screen, the commands on it, a second start, and Ctrl-C."""

import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from chassis.embedded.ports import LOOPBACK
from deskstream_local.home import Home
from deskstream_local.memory import family
from deskstream_local.story.doors import Desk, Json, eventually
from deskstream_local.trial.desk import TrialDesk

pytestmark = pytest.mark.e2e

ALREADY_UP = 3
DESKSTREAM = Path(sys.executable).with_name("deskstream")


@pytest.fixture(scope="module")
def first_screen(whole_desk: TrialDesk) -> str:
    """What ``deskstream up`` has written where there is no terminal."""
    written = whole_desk.home.root.with_name(f"{whole_desk.home.root.name}.out")

    def whole() -> str | None:
        text = written.read_text()
        return text if "Ctrl-C" in text else None

    return eventually("the first screen", whole)


def run(home: Home, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command for the desk of this folder."""
    environment = {**os.environ, "DESKSTREAM_HOME": str(home.root), "COLUMNS": "120"}
    return subprocess.run([DESKSTREAM, *arguments], env=environment, capture_output=True, text=True, check=False)


def test_the_first_screen_says_what_was_done_where_to_look_and_who_can_sign_in(
    whole_desk: TrialDesk, first_screen: str
) -> None:
    url = whole_desk.state.url
    for line in (
        r"✓ Create the database server \d+\.\d s",
        r"✓ Fill in the demo data \d+\.\d s",
        r"Deskstream is running \(after \d+\.\d s\)",
        rf"Staff app +{url}",
        rf"About this desk +{url}/dev",
        rf"Mails that left +{url}/dev/mails",
        rf"Customer portal +{url}/portal",
        rf"Staff API +{url}/api/v1/docs",
        r"Tom Kraus +tom@desk\.example +agent",
        r"Ada Admin +ada@desk\.example +admin",
        r"sabine@schulz\.example and rudolf@riese\.example",
        r"Ctrl-C stops everything; the data stays\.",
    ):
        assert re.search(rf"^ *{line} *$", first_screen, flags=re.MULTILINE), line
    assert whole_desk.password in first_screen.replace("\n", "")


def test_every_address_on_the_first_screen_answers(first_screen: str) -> None:
    addresses = re.findall(r"https?://\S+", first_screen)
    assert len(addresses) == 6
    for address in addresses:
        assert httpx.get(address, headers={"Accept": "text/html"}, trust_env=False).status_code == 200, address


def test_the_first_mail_is_sent_by_the_command_as_it_is_printed(desk: Desk, first_screen: str) -> None:
    (command,) = re.findall(r"^python3 -c .*$", first_screen, flags=re.MULTILINE)
    subprocess.run(["bash", "-c", command], check=True)  # what a reader would do

    def ticket() -> Json | None:
        return next(iter(desk.agent("tom").get("/tickets", q="The printer is on fire")["items"]), None)

    assert eventually("a ticket for the first mail", ticket)["channel"]["key"] == "support"


def test_a_second_start_on_the_same_folder_is_refused_and_says_where_the_first_one_is(whole_desk: TrialDesk) -> None:
    before = whole_desk.state
    second = run(whole_desk.home, "up")
    assert second.returncode == ALREADY_UP
    assert f"This desk already runs as process {before.pid}, at {before.url}." in second.stdout
    assert whole_desk.state == before


def test_cleaning_a_running_desk_is_refused(whole_desk: TrialDesk) -> None:
    assert run(whole_desk.home, "clean", "--yes").returncode == ALREADY_UP
    assert whole_desk.home.postgres.exists()


def test_the_status_names_every_process_and_the_password(whole_desk: TrialDesk) -> None:
    shown = run(whole_desk.home, "status").stdout
    for process in whole_desk.state.processes:
        assert re.search(rf"^ *{process.name} +\d+ +ready ", shown, flags=re.MULTILINE), process.name
    assert whole_desk.password in shown


@pytest.mark.skipif(sys.platform != "linux", reason="the processes are found in /proc")
def test_ctrl_c_ends_every_process_and_the_next_start_finds_everything_again(tmp_path: Path) -> None:
    trial = TrialDesk(tmp_path / "home")
    with_desk = {"kind": "internal", "channel": "backend", "subject": "Before the stop", "text": "Is it still there?"}
    trial.start()
    try:
        processes, ports = family(trial.state.pid), (trial.state.smtp_port, int(trial.state.url.rpartition(":")[2]))
        assert len(processes) > len(trial.state.processes)
        with Desk.of(trial) as desk:
            number = desk.agent("tom").post("/tickets", with_desk)["number"]
        os.kill(trial.state.pid, signal.SIGINT)
        eventually("an end of every process", lambda: not any(map(alive, processes)) or None)
        trial.stop()
        assert not any(map(listens, ports))
        assert "Stopped. The data stays." in (tmp_path / "home.out").read_text()
        trial.start()
        with Desk.of(trial) as desk:
            assert desk.agent("tom").ticket(number)["subject"] == "Before the stop"
    finally:
        trial.stop()


def alive(pid: int) -> bool:
    """Whether there is such a process that is not a mere entry in the table."""
    try:
        return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False


def listens(port: int) -> bool:
    """Whether somebody takes connections there."""
    with socket.socket() as client:
        return client.connect_ex((LOOPBACK, port)) == 0
