"""Argon2id: what it costs, that it takes as long for nobody, and that few run at once."""

import asyncio
import statistics
import time

import pytest

from chassis.problems import NotNow
from chassis.testing import SettingsFor
from contracts.messages import Service
from tickets.settings import Settings
from tickets.staff.passwords import MOST_WAITING, Cost, Passwords

CHEAP = Cost(memory_kib=64, passes=1)


async def test_the_cost_in_production_is_64_mib_three_passes_one_lane(settings_for: SettingsFor) -> None:
    settings = Settings(**await settings_for(Service.TICKETS))
    stored = await Passwords(settings.password_cost).hash("correct horse")
    assert stored.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


async def test_only_the_right_password_is_right() -> None:
    passwords = Passwords(CHEAP)
    stored = await passwords.hash("correct horse")
    assert await passwords.verify("correct horse", stored)
    assert not await passwords.verify("Correct horse", stored)
    assert not await passwords.verify("", stored)


async def test_nothing_is_the_password_of_nobody_or_of_a_broken_hash() -> None:
    passwords = Passwords(CHEAP)
    assert not await passwords.verify("correct horse", None)
    assert not await passwords.verify("correct horse", "no hash at all")


async def test_a_letter_is_the_same_however_a_keyboard_composes_it() -> None:
    passwords = Passwords(CHEAP)
    assert await passwords.verify("Stra\u00dfenm\u00fcller", await passwords.hash("Stra\u00dfenmu\u0308ller"))


async def test_a_hash_at_another_cost_is_outdated() -> None:
    stored = await Passwords(CHEAP).hash("correct horse")
    assert not Passwords(CHEAP).outdated(stored)
    dearer = Passwords(Cost(memory_kib=128, passes=1))
    assert dearer.outdated(stored)
    assert await dearer.verify("correct horse", stored)


async def test_verifying_takes_as_long_for_nobody_as_for_somebody() -> None:
    passwords = Passwords(Cost(memory_kib=8192, passes=2))
    stored = await passwords.hash("correct horse")
    taken: dict[str | None, list[float]] = {stored: [], None: []}
    for _ in range(15):
        for account, times in taken.items():
            started = time.perf_counter()
            assert not await passwords.verify("wrong", account)
            times.append(time.perf_counter() - started)
    somebody, nobody = (statistics.median(times) for times in (taken[stored], taken[None]))
    assert 0.5 < nobody / somebody < 2


async def test_no_more_run_at_once_than_allowed_and_a_flood_is_turned_away() -> None:
    passwords = Passwords(Cost(memory_kib=1024, passes=1, at_once=2))
    running, most = 0, 0
    original = passwords._verify

    def counted(password: str, stored: str) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        time.sleep(0.002)
        try:
            return original(password, stored)
        finally:
            running -= 1

    passwords._verify = counted  # type: ignore[method-assign]  # the real work, counted
    flood = MOST_WAITING + 2 + 20
    answers = await asyncio.gather(*(passwords.verify("x", None) for _ in range(flood)), return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, NotNow)]
    assert most == 2
    assert answers.count(False) == MOST_WAITING + 2
    assert len(refused) == 20
    assert not await passwords.verify("x", None)


async def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    passwords = Passwords(Cost(memory_kib=32_768, passes=3))
    hashing = asyncio.create_task(passwords.hash("correct horse"))
    turns = 0
    while not hashing.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 3


@pytest.mark.parametrize("field", ["memory_kib", "passes", "lanes", "at_once"])
def test_a_cost_of_nothing_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match=field):
        Cost.model_validate({field: 0})
