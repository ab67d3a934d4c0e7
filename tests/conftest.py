"""Where the repository is, and a real desk for the stories over all services and in the browser, one for each run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from deskstream_local.story.doors import Desk
from deskstream_local.trial.desk import TrialDesk


@pytest.fixture(scope="session")
def root() -> Path:
    """The folder of the repository."""
    return Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def whole_desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TrialDesk]:
    """A desk with the demo data, on free ports and in a folder of its own; stopped at the end of the run."""
    with TrialDesk.running(tmp_path_factory.mktemp("desk") / "home") as desk:
        yield desk


@pytest.fixture(scope="session")
def desk(whole_desk: TrialDesk) -> Iterator[Desk]:
    """The front doors of that desk, with its agents signed in."""
    with Desk.of(whole_desk) as desk:
        yield desk
