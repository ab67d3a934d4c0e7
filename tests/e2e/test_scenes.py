"""The three scenes of everyday work, as ``make demo`` plays them: every step must go well."""

import pytest

from deskstream_local.story.doors import Desk
from deskstream_local.story.scenes import scenes
from deskstream_local.story.telling import play, steps_of

pytestmark = pytest.mark.e2e


@pytest.mark.parametrize(("number", "requirement"), [(0, "TC-21"), (1, "TC-22"), (2, "TC-23")])
def test_every_step_of_a_scene_goes_well(desk: Desk, number: int, requirement: str) -> None:
    scene = scenes(desk)[number]
    assert scene.requirement == requirement
    told = list(play(scene))
    assert [f"{step.title}: {step.text}" for step in told if not step.well] == []
    assert [step.title for step in told] == [title for act in scene.acts for title, _ in steps_of(act)]
