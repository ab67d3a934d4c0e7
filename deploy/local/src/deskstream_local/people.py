"""Who the demo data lets in, as the seed writes it down for the terminal and the landing page."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Person:
    """An agent of the demo, or a customer (``role`` is ``customer``)."""

    name: str
    email: str
    role: str


@dataclass(frozen=True, kw_only=True)
class People:
    """Agents sign in with the demo's password, customers by a link from a mail."""

    agents: tuple[Person, ...] = ()
    customers: tuple[Person, ...] = ()

    def write(self, file: Path) -> None:
        """Write them down; whoever reads meanwhile sees nothing or all."""
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(asdict(self), indent=1))
        draft.replace(file)

    @classmethod
    def read(cls, file: Path) -> "People":
        """Those of this file; nobody where there is none."""
        try:
            told = json.loads(file.read_text())
        except (FileNotFoundError, ValueError):
            return cls()
        return cls(**{group: tuple(Person(**person) for person in people) for group, people in told.items()})
