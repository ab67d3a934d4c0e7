"""What the header If-Match may say."""

import pytest

from chassis.problems import Invalid, PreconditionRequired
from chassis.versions import etag, expected_version


@pytest.mark.parametrize("written", ['"3"', ' "3" ', 'W/"3"', etag(3)])
async def test_the_version_is_read_from_its_entity_tag(written: str) -> None:
    assert await expected_version(written) == 3


async def test_a_change_without_a_version_is_told_to_bring_one() -> None:
    with pytest.raises(PreconditionRequired):
        await expected_version(None)


@pytest.mark.parametrize("written", ["3", "*", '"three"', '"-1"', '"3", "4"', "", '"99999999999"'])
async def test_what_is_no_version_is_refused(written: str) -> None:
    with pytest.raises(Invalid):
        await expected_version(written)
