"""Passwords that nobody chose: generated once, kept in a file that only its owner reads."""

import json
import os
import secrets
from pathlib import Path


class Credentials:
    """Named secrets in ``secrets.json`` (0600); each is generated when it is asked for the first time."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._known: dict[str, str] = json.loads(file.read_text()) if file.exists() else {}

    def get(self, name: str) -> str:
        """The secret of this name. It begins with a letter: NATS reads what begins with a digit as a number."""
        if name not in self._known:
            self._known[name] = f"p{secrets.token_hex(16)}"
            self._write()
        return self._known[name]

    def _write(self) -> None:
        draft = self._file.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(self._known, file, indent=1)
        draft.replace(self._file)
