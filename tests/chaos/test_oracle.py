"""The judge of the chaos tests is judged: it must see each planted loss, repetition and stranger."""

import random

import pytest

from deskstream_local.trial.letters import attachment_name
from deskstream_local.trial.oracle import Verdict, judge
from deskstream_local.trial.staff import letter_in

TOKENS = [f"{number:032x}" for number in range(500)]


def test_it_holds_when_every_accepted_mail_is_found_once() -> None:
    verdict = judge(accepted=TOKENS, found=reversed(TOKENS))

    assert verdict.holds
    assert str(verdict) == ""


@pytest.mark.parametrize("seed", range(25))
def test_a_planted_loss_and_a_planted_repetition_are_both_named(seed: int) -> None:
    rng = random.Random(seed)
    lost, repeated = rng.sample(TOKENS, 2)
    found = [*(token for token in TOKENS if token != lost), repeated]
    rng.shuffle(found)

    verdict = judge(accepted=TOKENS, found=found)

    assert verdict == Verdict(lost=frozenset({lost}), repeated=frozenset({repeated}), foreign=frozenset())
    assert not verdict.holds
    assert lost in str(verdict)
    assert repeated in str(verdict)


def test_a_mail_that_nobody_sent_is_named() -> None:
    verdict = judge(accepted=TOKENS[1:], found=TOKENS)

    assert verdict.foreign == {TOKENS[0]}
    assert not verdict.holds


def test_a_mail_whose_250_was_lost_may_be_there_or_not_but_only_once() -> None:
    accepted, unsure = TOKENS[1:], TOKENS[:1]

    assert judge(accepted=accepted, found=accepted, attempted=unsure).holds
    assert judge(accepted=accepted, found=TOKENS, attempted=unsure).holds
    assert judge(accepted=accepted, found=TOKENS + unsure, attempted=unsure).repeated == set(unsure)


def test_nothing_found_at_all_loses_everything() -> None:
    assert judge(accepted=TOKENS, found=[]).lost == set(TOKENS)


def activity(*, subject: str, text: str, html: str, file: str) -> dict[str, object]:
    return {"subject": subject, "text": text, "html": html, "attachments": [{"filename": attachment_name(file)}]}


def test_a_letter_is_recognised_in_an_activity_only_as_a_whole() -> None:
    one, other = TOKENS[:2]
    whole = activity(subject=f"Trial {one}", text=f"Hello\n{one}\n", html=f"<p>{one}</p>", file=one)

    assert letter_in(whole) == {one}
    assert letter_in({"subject": "Printer", "text": "It burns.", "html": None, "attachments": []}) == set()
    for mixed in (
        {**whole, "html": None},
        {**whole, "text": other},
        {**whole, "attachments": []},
        {**whole, "attachments": [{"filename": attachment_name(other)}]},
        {**whole, "subject": "Trial"},
    ):
        with pytest.raises(AssertionError, match="parts of a letter"):
            letter_in(mixed)
