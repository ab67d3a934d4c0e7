"""Content-addressed blobs: raw mails and attachments under the SHA-256 of their bytes.

A blob is durable before the row that names it commits: `put` returns only after the bytes are on disk (a folder) or
acknowledged (S3). The same bytes are stored once. Nothing is ever overwritten.
"""

import asyncio
import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

_SHA256 = re.compile(r"^[0-9a-f]{64}$")


class BlobMissing(LookupError):
    """There are no bytes under this address; `args[0]` is the SHA-256."""


class Blobs:
    """A folder (``file:///path``) or a bucket (``s3://bucket/prefix``) of blobs."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._folder: Path | None = None
        if parts.scheme == "file":
            self._folder = Path(parts.path)
            self._folder.mkdir(parents=True, exist_ok=True)
        self._store: ObjectStore = from_url(url)

    async def put(self, content: bytes) -> str:
        """Store the bytes for good and return their SHA-256 in lower-case hex."""
        digest = hashlib.sha256(content).hexdigest()
        if self._folder is not None:
            await asyncio.to_thread(_write_durably, self._folder / _path(digest), content)
            return digest
        with suppress(AlreadyExistsError):
            await self._store.put_async(_path(digest), content, mode="create")
        return digest

    async def get(self, sha256: str) -> bytes:
        """The bytes. Raises `BlobMissing` where there are none, ValueError where it is no SHA-256."""
        try:
            result = await self._store.get_async(_path(sha256))
        except FileNotFoundError as error:
            raise BlobMissing(sha256) from error
        return bytes(await result.bytes_async())


def _path(sha256: str) -> str:
    if not _SHA256.match(sha256):
        raise ValueError(f"not a SHA-256 in lower-case hex: {sha256[:80]!r}")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def _write_durably(target: Path, content: bytes) -> None:
    """Write, flush to disk, rename, flush the folder: obstore's folder store does not flush (its source, 0.12)."""
    if target.exists():
        return
    missing = [folder for folder in (target.parent.parent, target.parent) if not folder.exists()]
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{target.name}.{os.getpid()}.{os.urandom(4).hex()}")
    try:
        with draft.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (target.parent, *(made.parent for made in missing)):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
