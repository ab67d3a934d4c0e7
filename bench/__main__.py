"""Runs the measurements: ``python bench`` for all of them, ``python bench intake lists`` for some."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import fan_out
import figures
import idle
import intake
import lists
import live
import typer
import uvloop
from figures import Report


class Measurement(StrEnum):
    """What can be measured."""

    INTAKE = "intake"
    LISTS = "lists"
    LISTS_LARGE = "lists-large"
    FAN_OUT = "fan-out"
    IDLE = "idle"
    LIVE = "live"


def main(
    which: Annotated[list[Measurement] | None, typer.Argument(help="Default: all but lists-large.")] = None,
    *,
    quick: Annotated[bool, typer.Option(help="Smaller numbers, to see whether it runs.")] = False,
) -> None:
    """Measure, print a table for each measurement, and store the figures in bench/results."""
    for measurement in which or [each for each in Measurement if each is not Measurement.LISTS_LARGE]:
        for report in uvloop.run(_measure(measurement, quick=quick)):
            figures.show(report)
            file = figures.write(report)
            print(f"  {file.relative_to(figures.RESULTS.parent.parent)}")


async def _measure(measurement: Measurement, *, quick: bool) -> Sequence[Report]:
    match measurement:
        case Measurement.INTAKE:
            return [await intake.measure(mails=500 if quick else 4000)]
        case Measurement.LISTS:
            return await lists.measure(sizes=(2_000,) if quick else (10_000, 100_000))
        case Measurement.LISTS_LARGE:
            return await lists.measure(sizes=(1_000, 4_000) if quick else (10_000, 100_000, 1_000_000), large=True)
        case Measurement.FAN_OUT:
            return [await fan_out.measure(events=100 if quick else 1000)]
        case Measurement.IDLE:
            return [await idle.measure(settle=5 if quick else 60)]
        case Measurement.LIVE:
            return await live.measure(streams=100 if quick else 1000, seconds=5 if quick else 30)


if __name__ == "__main__":
    app = typer.Typer(pretty_exceptions_enable=False, add_completion=False)
    app.command()(main)
    app()
