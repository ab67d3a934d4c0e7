"""What a whole desk costs while nothing happens: memory, and CPU over half a minute."""

import asyncio
import tempfile
import time
from pathlib import Path

import usage
from figures import Figure, Report, at_most, load_now

from deskstream_local.trial.desk import TrialDesk

WATCHED_SECONDS = 30.0
MEGABYTES = 600.0
PERCENT_OF_A_CORE = 3.0


async def measure(*, settle: float) -> Report:
    """Start a desk, leave it alone for ``settle`` seconds, then look at it for half a minute."""
    load = load_now()
    with (
        tempfile.TemporaryDirectory(prefix="deskstream-bench-") as folder,
        TrialDesk.running(Path(folder) / "home") as desk,
    ):
        await asyncio.sleep(settle)
        before, began = usage.cpu_by_part(desk.state), time.perf_counter()
        await asyncio.sleep(WATCHED_SECONDS)
        seconds = time.perf_counter() - began
        cpu = {name: used / seconds * 100 for name, used in usage.spent(before, usage.cpu_by_part(desk.state)).items()}
        memory = usage.memory_by_part(desk.state)
    figures = [
        Figure(
            name="memory, shared pages counted once (PSS)",
            measured=sum(held.proportional for held in memory.values()),
            unit="MB",
            target=at_most(MEGABYTES),
        ),
        Figure(
            name="memory, shared pages counted in each (RSS)",
            measured=sum(held.resident for held in memory.values()),
            unit="MB",
        ),
        Figure(name="CPU", measured=sum(cpu.values()), unit="% of a core", target=at_most(PERCENT_OF_A_CORE)),
    ]
    for name, held in memory.items():
        note = f"RSS {held.resident:.0f} MB, PSS {held.proportional:.0f} MB"
        figures.append(Figure(name=f"  {name}", measured=cpu[name], unit="% of a core", note=note))
    details = {"cpu_percent": cpu, "memory_mb": memory, "settle_seconds": settle}
    return Report(name="idle: a desk that nobody uses", figures=figures, load=(load, load_now()), details=details)
