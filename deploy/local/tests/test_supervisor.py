"""The supervisor, with small real processes."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from chassis.embedded.child import Launch
from deskstream_local.forking import Forked
from deskstream_local.home import ProcessState
from deskstream_local.processes import Running, Spawned
from deskstream_local.supervisor import Backoff, Program, StartFailed, Supervisor

PATIENT = """
import pathlib, signal, sys, time
def end(number, frame):
    with open(sys.argv[1], "a") as journal: journal.write(f"{sys.argv[2]} ended\\n")
    raise SystemExit
signal.signal(signal.SIGTERM, end)
pathlib.Path(sys.argv[1] + "." + sys.argv[2]).touch()
time.sleep(60)
"""

STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"

QUICK = Backoff(first=0.01, longest=0.05, healthy=60)


async def always() -> bool:
    return True


async def eventually(condition: Callable[[], bool], *, seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


@pytest.fixture
async def supervisor() -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(backoff=QUICK, grace=5)
    yield supervisor
    await supervisor.stop()


def python(code: str, *arguments: str, log: Path) -> Callable[[], Awaitable[Running]]:
    async def start() -> Running:
        return Spawned(Launch(argv=(sys.executable, "-c", code, *arguments)), log)

    return start


def patient(name: str, folder: Path) -> Program:
    journal = folder / "journal"

    async def ready() -> bool:
        return journal.with_name(f"journal.{name}").exists()

    log = folder / "log"
    return Program(name=name, log=log, start=python(PATIENT, str(journal), name, log=log), alive=ready)


def pid_of(supervisor: Supervisor, name: str) -> int | None:
    return next(state.pid for state in supervisor.states() if state.name == name)


async def test_a_killed_process_is_started_again(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(patient("one", tmp_path))
    first = pid_of(supervisor, "one")
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: pid_of(supervisor, "one") not in {first, None})
    assert supervisor.states()[0].restarts == 1


async def test_what_must_follow_a_start_follows_every_restart(supervisor: Supervisor, tmp_path: Path) -> None:
    declared: list[int | None] = []

    async def declare() -> None:
        declared.append(pid_of(supervisor, "bus"))

    program = Program(
        name="bus",
        log=tmp_path / "log",
        start=python("import time; time.sleep(60)", log=tmp_path / "log"),
        alive=always,
        once_alive=declare,
    )
    await supervisor.start(program)
    assert declared[0] is not None
    os.kill(declared[0], signal.SIGKILL)
    await eventually(lambda: len(declared) == 2)
    assert declared[1] == pid_of(supervisor, "bus")


async def test_processes_end_in_reverse_order(supervisor: Supervisor, tmp_path: Path) -> None:
    for name in ("database", "bus", "service"):
        await supervisor.start(patient(name, tmp_path))
    await supervisor.stop()
    assert (tmp_path / "journal").read_text().split("\n")[:3] == ["service ended", "bus ended", "database ended"]


async def test_processes_of_one_stage_start_and_end_together(supervisor: Supervisor, tmp_path: Path) -> None:
    await supervisor.start(*(patient(name, tmp_path) for name in ("a", "b", "c")))
    assert all(state.ready for state in supervisor.states())
    await supervisor.stop()
    assert sorted((tmp_path / "journal").read_text().split()) == ["a", "b", "c", "ended", "ended", "ended"]


async def test_who_ignores_the_request_to_end_is_killed_after_the_grace(tmp_path: Path) -> None:
    supervisor = Supervisor(grace=0.3)
    log = tmp_path / "log"

    async def ready() -> bool:
        return "up" in log.read_text()

    await supervisor.start(Program(name="stubborn", log=log, start=python(STUBBORN, log=log), alive=ready))
    pid = pid_of(supervisor, "stubborn")
    began = time.monotonic()
    await supervisor.stop()
    assert 0.3 <= time.monotonic() - began < 5
    assert pid is not None
    assert gone(pid)


async def test_a_second_request_to_end_waits_for_nobody(tmp_path: Path) -> None:
    supervisor = Supervisor(grace=60)
    log = tmp_path / "log"

    async def ready() -> bool:
        return "up" in log.read_text()

    await supervisor.start(Program(name="stubborn", log=log, start=python(STUBBORN, log=log), alive=ready))
    stopping = asyncio.create_task(supervisor.stop())
    supervisor.hurry()
    await asyncio.wait_for(stopping, 5)


async def test_a_first_start_that_fails_is_reported_and_not_repeated(supervisor: Supervisor, tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    log = tmp_path / "log"
    program = Program(name="broken", log=log, start=python("print('no disk'); exit(7)", log=log), alive=never)
    with pytest.raises(StartFailed, match=r"(?s)broken ended with 7.*no disk"):
        await supervisor.start(program)


async def test_what_does_not_answer_in_time_is_ended(supervisor: Supervisor, tmp_path: Path) -> None:
    async def never() -> bool:
        return False

    program = Program(
        name="slow",
        log=tmp_path / "log",
        start=python("import time; time.sleep(60)", log=tmp_path / "log"),
        alive=never,
        alive_seconds=0.2,
    )
    with pytest.raises(StartFailed, match=r"did not answer within 0\.2 s"):
        await supervisor.start(program)
    pid = pid_of(supervisor, "slow")
    assert pid is not None
    await eventually(lambda: gone(pid))


async def test_who_lives_is_not_ended_for_not_being_ready(supervisor: Supervisor, tmp_path: Path) -> None:
    caught_up = asyncio.Event()

    async def ready() -> bool:
        return caught_up.is_set()

    log = tmp_path / "log"
    start = python("import time; time.sleep(60)", log=log)
    await supervisor.start(
        Program(name="slow", log=log, start=start, alive=always, ready=ready, ready_seconds=0.2, alive_seconds=0.1)
    )
    (state,) = supervisor.states()
    assert not state.ready
    caught_up.set()
    await eventually(lambda: supervisor.states()[0].ready)
    assert supervisor.states()[0] == ProcessState("slow", state.pid, restarts=0, ready=True)


async def test_who_crashed_is_not_ready_until_the_new_process_says_so(supervisor: Supervisor, tmp_path: Path) -> None:
    well = asyncio.Event()
    well.set()

    async def ready() -> bool:
        return well.is_set()

    log = tmp_path / "log"
    start = python("import time; time.sleep(60)", log=log)
    await supervisor.start(Program(name="service", log=log, start=start, alive=always, ready=ready))
    first = pid_of(supervisor, "service")
    assert first is not None
    assert supervisor.states()[0].ready
    well.clear()
    os.kill(first, signal.SIGKILL)
    await eventually(lambda: pid_of(supervisor, "service") not in {first, None})
    assert not supervisor.states()[0].ready
    well.set()
    await eventually(lambda: supervisor.states()[0].ready)


async def test_a_process_that_keeps_crashing_is_started_ever_more_slowly(tmp_path: Path) -> None:
    supervisor = Supervisor(backoff=Backoff(first=0.05, longest=60, healthy=60))
    starts: list[float] = []
    code = "import time; time.sleep(0.05)"
    log = tmp_path / "log"
    launch = python(code, log=log)

    async def start() -> Running:
        starts.append(time.monotonic())
        return await launch()

    await supervisor.start(Program(name="crasher", log=log, start=start, alive=always))
    await eventually(lambda: len(starts) == 5)
    await supervisor.stop()
    assert starts[4] - starts[3] > 2 * (starts[2] - starts[1]) > 0


@pytest.mark.parametrize(
    ("crashes", "seconds"), [(1, 0.2), (2, 0.4), (3, 0.8), (6, 6.4), (7, 10.0), (50, 10.0), (10_000, 10.0)]
)
def test_the_wait_doubles_up_to_ten_seconds(crashes: int, seconds: float) -> None:
    assert Backoff().delay(crashes) == pytest.approx(seconds)


def test_a_minute_of_health_forgives_earlier_crashes() -> None:
    assert Backoff().crashes(9, lived=59.9) == 10
    assert Backoff().crashes(9, lived=60) == 1


def once(statement: str) -> tuple[str, ...]:
    """Arguments that make ``python -m timeit`` run a statement."""
    return ("-n1", "-r1", statement)


async def test_a_forked_module_writes_to_its_log_and_sees_only_its_environment(tmp_path: Path) -> None:
    log = tmp_path / "log"
    environment = {"ONLY": "this"}
    statement = once("import os; print(dict(os.environ))")
    process = await Forked.start("small", "timeit", *statement, environment=environment, log=log)
    assert await process.ended() == 0
    assert str(environment) in log.read_text()


async def test_a_forked_module_tells_its_failure_and_leaves_the_reason_in_its_log(tmp_path: Path) -> None:
    log = tmp_path / "log"
    process = await Forked.start("small", "timeit", *once("1 / 0"), environment={}, log=log)
    assert await process.ended() == 1
    assert "ZeroDivisionError" in log.read_text()


async def test_a_forked_module_is_ended_by_a_signal(tmp_path: Path) -> None:
    statement = once("import time; time.sleep(60)")
    process = await Forked.start("small", "timeit", *statement, environment={}, log=tmp_path / "log")
    process.signal(signal.SIGTERM)
    assert await process.ended() == -signal.SIGTERM


ORPHAN = """
import asyncio, sys, time
from pathlib import Path
from chassis.embedded.child import Launch
from deskstream_local.forking import Forked
from deskstream_local.home import ProcessState
from deskstream_local.processes import Spawned
async def main(log):
    forked = await Forked.start("small", "timeit", "-n1", "-r1", "import time; time.sleep(60)", environment={}, log=log)
    spawned = Spawned(Launch(argv=(sys.executable, "-c", "import time; time.sleep(60)")), log)
    print(forked.pid, spawned.pid, flush=True)
    await forked.ended()
asyncio.run(main(Path(sys.argv[1])))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel must offer PR_SET_PDEATHSIG")
def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", ORPHAN, str(tmp_path / "log")], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        children = [int(pid) for pid in parent.stdout.readline().split()]
        assert len(children) == 2
        parent.kill()
        parent.wait()
    asyncio.run(eventually(lambda: all(gone(pid) for pid in children)))
