"""Content-addressed blobs: raw mails and attachments under the SHA-256 of their bytes.

A blob is durable before the row that names it commits: `put` returns only after the bytes are on disk (a folder) or
acknowledged (S3). The same bytes are stored once. Nothing is ever overwritten.
"""

import asyncio
import hashlib
import os
import re
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

_SHA256 = re.compile(r"^[0-9a-f]{64}$")
WRITERS = 4
"""Threads that write one batch: flushes that wait for the disk at the same time share its journal commits."""


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
        return (await self.put_many([content]))[0]

    async def put_many(self, contents: Sequence[bytes]) -> list[str]:
        """Store all of them for good and return their SHA-256 in the same order; cheaper than one by one.

        Raises what the disk or the bucket raises; some may be stored then, which does no harm.
        """
        digests = [hashlib.sha256(content).hexdigest() for content in contents]
        distinct = list(dict(zip(digests, contents, strict=True)).items())
        if self._folder is None:
            writing = [self._upload(digest, content) for digest, content in distinct]
        else:
            slices = [distinct[start::WRITERS] for start in range(min(WRITERS, len(distinct)))]
            writing = [asyncio.to_thread(_write_all, self._folder, each) for each in slices]
        for failure in await asyncio.gather(*writing, return_exceptions=True):
            if failure is not None:
                raise failure
        return digests

    async def _upload(self, digest: str, content: bytes) -> None:
        with suppress(AlreadyExistsError):
            await self._store.put_async(_path(digest), content, mode="create")

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


def _write_all(root: Path, blobs: Sequence[tuple[str, bytes]]) -> None:
    for digest, content in blobs:
        _write_durably(root / _path(digest), content)


def _write_durably(target: Path, content: bytes) -> None:
    """Write, flush to disk, rename, flush the folder: obstore's folder store does not flush (its source, 0.12)."""
    folder = target.parent
    if target.exists():
        _flush_folder(folder)  # whoever wrote it may not have come that far
        return
    made = _make_folders(folder)
    draft = f"{folder}/.{target.name}.{os.getpid()}.{os.urandom(4).hex()}"
    try:
        with open(draft, "xb") as file:  # noqa: PTH123  # a hot path, and Path.open costs as much again
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)  # noqa: PTH105  # the same
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    for each in (folder, *made):
        _flush_folder(each)


def _make_folders(folder: Path) -> list[Path]:
    """Make the two levels of folders where they are missing; the folders that thereby got a new entry."""
    if folder.is_dir():
        return []
    changed = [each.parent for each in (folder.parent, folder) if not each.is_dir()]
    folder.mkdir(parents=True, exist_ok=True)
    return changed


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
