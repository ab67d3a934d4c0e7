"""To whom a reply goes, and what it refers to (MT-09, RFC 5322 §3.6.4)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from contracts.ingest import Mailbox

MOST_REFERENCES = 10
"""References of a mail: the first one and the last nine (RFC 5322 sets no limit, mail servers do)."""


@dataclass(frozen=True, kw_only=True)
class Recipients:
    """The recipients of a mail; nobody is there twice."""

    to: tuple[Mailbox, ...]
    cc: tuple[Mailbox, ...] = ()
    bcc: tuple[Mailbox, ...] = ()

    @property
    def addresses(self) -> tuple[str, ...]:
        """Every address, in lower case."""
        return tuple(mailbox.address.lower() for mailbox in (*self.to, *self.cc, *self.bcc))


def without_tag(address: str) -> str:
    """The address without what stands behind a plus sign in its local part (RFC 5233)."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"


def is_own(address: str, own: Collection[str]) -> bool:
    """Whether an address is one of ours (in lower case), reply addresses of tickets among them."""
    lower = address.lower()
    return lower in own or without_tag(lower) in own


def unique(to: Iterable[Mailbox], cc: Iterable[Mailbox] = (), bcc: Iterable[Mailbox] = ()) -> Recipients:
    """The recipients without repetitions: To wins over Cc, and Cc over Bcc."""
    seen: set[str] = set()
    return Recipients(to=_new(to, seen), cc=_new(cc, seen), bcc=_new(bcc, seen))


def reply_to_all(
    sender: Mailbox | None, to: Sequence[Mailbox], cc: Sequence[Mailbox], *, own: Collection[str]
) -> Recipients:
    """Everyone of the last incoming mail without our own addresses (in lower case)."""
    return unique(
        [mailbox for mailbox in (sender,) if mailbox and not is_own(mailbox.address, own)],
        [mailbox for mailbox in (*to, *cc) if not is_own(mailbox.address, own)],
    )


def references_for(parent_id: str | None, parent_references: Sequence[str]) -> tuple[str, ...]:
    """The References of a reply: those of the mail that it answers, and that mail itself."""
    if parent_id is None:
        return ()
    chain = [*dict.fromkeys(reference for reference in parent_references if reference != parent_id), parent_id]
    if len(chain) <= MOST_REFERENCES:
        return tuple(chain)
    return (chain[0], *chain[-(MOST_REFERENCES - 1) :])


def _new(mailboxes: Iterable[Mailbox], seen: set[str]) -> tuple[Mailbox, ...]:
    fresh = []
    for mailbox in mailboxes:
        if mailbox.address.lower() not in seen:
            seen.add(mailbox.address.lower())
            fresh.append(mailbox)
    return tuple(fresh)
