"""What the acts of the first scene hand on to each other."""

from dataclasses import dataclass


@dataclass
class Matter:
    """The matter of the Schulz family. ``answer_id`` is the Message-ID of Tom's answer, with its brackets."""

    number: int = 0
    reference: str = ""
    subject: str = ""
    answer_id: str = ""
