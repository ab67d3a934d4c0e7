"""The raw bytes of mails that were just received, so that parsing need not read them from the disk again."""

MAX_BYTES = 32 * 1024 * 1024
MAX_MAIL = 1024 * 1024
"""Larger mails are left to the blob store."""


class RawCache:
    """At most `MAX_BYTES` of mails; when there is no room the oldest go."""

    def __init__(self, max_bytes: int = MAX_BYTES) -> None:
        self._max = max_bytes
        self._used = 0
        self._mails: dict[str, bytes] = {}

    def keep(self, sha256: str, raw: bytes) -> None:
        """Keep a mail that is durable elsewhere."""
        if len(raw) > MAX_MAIL or sha256 in self._mails:
            return
        self._mails[sha256] = raw
        self._used += len(raw)
        while self._used > self._max:
            self.take(next(iter(self._mails)))

    def take(self, sha256: str) -> bytes | None:
        """Hand a mail over and forget it."""
        raw = self._mails.pop(sha256, None)
        if raw is not None:
            self._used -= len(raw)
        return raw
