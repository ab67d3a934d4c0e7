"""A whole real desk of its own for the runs of schemathesis, which leave nothing on it as it was."""

from collections.abc import Iterator

import pytest

from deskstream_local.story.doors import Desk
from deskstream_local.trial.desk import TrialDesk


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The front doors of a desk with the demo data; stopped at the end of the module."""
    with TrialDesk.running(tmp_path_factory.mktemp("fuzzed") / "home") as trial, Desk.of(trial) as desk:
        yield desk
