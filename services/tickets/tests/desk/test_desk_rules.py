"""The small rules of the desk: who is told, who gets a reply, what HTML keeps."""

from uuid import UUID

import pytest

from contracts.ingest import Mailbox
from contracts.tickets import Addressee, Reason
from tickets.desk.rules.audience import audience
from tickets.desk.rules.recipients import references_for, reply_to_all, unique
from tickets.desk.rules.sanitise import sanitise

ANNA, BEN, CARL, DORA = (UUID(int=number) for number in range(1, 5))


def box(address: str) -> Mailbox:
    """A mailbox without a name."""
    return Mailbox(name="", address=address)


def test_one_agent_with_several_roles_is_told_once_with_all_reasons() -> None:
    told = audience(
        owner_id=ANNA, responsible_id=ANNA, watchers=[ANNA, BEN], standard={ANNA}, informal={BEN}, actor_id=None
    )
    assert told == (
        Addressee(agent_id=ANNA, reasons=(Reason.OWNER, Reason.RESPONSIBLE, Reason.WATCHER, Reason.SUBSCRIBER)),
        Addressee(agent_id=BEN, reasons=(Reason.WATCHER,)),
    )


def test_the_actor_is_never_told() -> None:
    told = audience(
        owner_id=ANNA, responsible_id=None, watchers=[ANNA], standard={ANNA, BEN}, informal=(), actor_id=ANNA
    )
    assert [addressee.agent_id for addressee in told] == [BEN]


def test_an_informal_subscriber_is_told_only_for_another_reason() -> None:
    told = audience(owner_id=ANNA, responsible_id=None, watchers=(), standard=(), informal={ANNA, BEN}, actor_id=None)
    assert told == (Addressee(agent_id=ANNA, reasons=(Reason.OWNER,)),)


def test_who_may_not_see_the_ticket_is_not_told_whatever_the_role() -> None:
    told = audience(owner_id=ANNA, responsible_id=BEN, watchers=[CARL], standard={DORA}, informal=(), actor_id=None)
    assert [addressee.agent_id for addressee in told] == [DORA]


def test_a_reply_goes_to_everyone_of_the_mail_but_us() -> None:
    found = reply_to_all(
        box("Sabine@schulz.example"),
        [box("Support@desk.example"), box("max@schulz.example")],
        [box("sabine@schulz.example"), box("eva@schulz.example"), box("sales@desk.example")],
        own={"support@desk.example", "sales@desk.example"},
    )
    assert found.to == (box("Sabine@schulz.example"),)
    assert found.cc == (box("max@schulz.example"), box("eva@schulz.example"))


def test_nobody_gets_a_mail_twice() -> None:
    found = unique([box("a@x"), box("A@X")], [box("a@x"), box("b@x")], [box("B@x"), box("c@x")])
    assert (found.to, found.cc, found.bcc) == ((box("a@x"),), (box("b@x"),), (box("c@x"),))
    assert found.addresses == ("a@x", "b@x", "c@x")


@pytest.mark.parametrize(
    ("parent", "references", "expected"),
    [
        (None, ["a"], ()),
        ("p", [], ("p",)),
        ("p", ["a", "b"], ("a", "b", "p")),
        ("p", ["a", "p", "b"], ("a", "b", "p")),
        ("p", [str(n) for n in range(30)], ("0", "22", "23", "24", "25", "26", "27", "28", "29", "p")),
    ],
)
def test_the_references_of_a_reply_keep_the_first_and_the_last(
    parent: str | None, references: list[str], expected: tuple[str, ...]
) -> None:
    assert references_for(parent, references) == expected


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        '<img src="https://track.example/pixel.gif">',
        '<a href="javascript:alert(1)">x</a>',
        '<a href="//evil.example">x</a>',
        '<p style="background:url(https://track.example)">x</p>',
        "<svg onload=alert(1)></svg>",
        "<iframe src=https://evil.example></iframe>",
        "<form action=https://evil.example><input></form>",
        "<style>@import 'https://track.example'</style>",
        '<div style="position:fixed;top:0">x</div>',
    ],
)
def test_nothing_that_runs_fetches_or_covers_the_page_is_kept(hostile: str) -> None:
    clean = sanitise(hostile)
    for word in ("script", "onerror", "onload", "track.example", "evil.example", "javascript", "position", "form"):
        assert word not in clean


def test_what_the_mail_service_made_harmless_passes_through_unchanged() -> None:
    clean = (
        '<p style="color:red">Hello <b>you</b></p><img src="cid:scan1" alt="Scan">'
        '<img data-remote-src="https://pictures.example/a.png">'
        '<a href="https://schulz.example" rel="noopener noreferrer">x</a>'
    )
    assert sanitise(clean) == clean
