"""Who a sender is: exactly one contact, nobody, or several to choose from (MA-05)."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from contracts.crm_match import SenderMatched


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A contact that has the sender's address."""

    contact_id: UUID
    name: str
    company_id: UUID | None
    company_name: str | None


def match_sender(mail_id: UUID, candidates: Sequence[Candidate]) -> SenderMatched:
    """What to tell about the sender of this mail; several contacts are offered, none of them is picked."""
    match candidates:
        case []:
            return SenderMatched(mail_id=mail_id, outcome="unknown")
        case [only]:
            return SenderMatched(
                mail_id=mail_id,
                outcome="matched",
                contact_id=only.contact_id,
                contact_name=only.name,
                company_id=only.company_id,
                company_name=only.company_name,
            )
        case _:
            ids = tuple(candidate.contact_id for candidate in candidates)
            return SenderMatched(mail_id=mail_id, outcome="ambiguous", candidates=ids)
