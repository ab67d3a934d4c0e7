"""Content-addressed blobs: raw mails and attachments under the SHA-256 of their bytes.

A blob is durable before the row that names it commits: `put` returns only after the bytes are on disk (a folder) or
acknowledged (S3). The same bytes are stored once. Nothing is ever overwritten.
"""

import asyncio
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from obstore.exceptions import AlreadyExistsError
from obstore.store import ObjectStore, from_url

_SHA256 = re.compile(r"^[0-9a-f]{64}$")
OPEN_FILES = 64
"""Files that are written before they are flushed together. Measured: half the CPU of flushing each by itself, and
several threads that flush at the same time cost more than they gain."""

HASHED_HERE = 1024 * 1024
"""Bytes that are hashed on the event loop, within a millisecond; more of them go to a thread."""


BEGINNING = 64
"""Bytes of a stream that `Stored` shows, so that its owner can tell what it is."""


class StreamTooLarge(ValueError):
    """The stream has more bytes than were allowed; nothing of it is kept."""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What `put_stream` stored."""

    sha256: str
    size: int
    beginning: bytes


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
        size = sum(len(content) for content in contents)
        digests = _addresses(contents) if size < HASHED_HERE else await asyncio.to_thread(_addresses, contents)
        distinct = list(dict(zip(digests, contents, strict=True)).items())
        if self._folder is None:
            writing = [self._upload(digest, content) for digest, content in distinct]
        else:
            writing = [asyncio.to_thread(_write_all, self._folder, distinct)]
        for failure in await asyncio.gather(*writing, return_exceptions=True):
            if failure is not None:
                raise failure
        return digests

    async def put_stream(self, chunks: AsyncIterator[bytes], *, limit: int) -> Stored:
        """Store a stream for good without holding it in memory. Raises `StreamTooLarge` above ``limit`` bytes."""
        digest, size, beginning = hashlib.sha256(), 0, b""
        with tempfile.TemporaryFile(dir=self._folder) as spool:
            async for chunk in chunks:
                size += len(chunk)
                if size > limit:
                    raise StreamTooLarge(limit)
                beginning += chunk[: BEGINNING - len(beginning)]
                digest.update(chunk)
                await asyncio.to_thread(spool.write, chunk)
            sha256 = digest.hexdigest()
            spool.seek(0)
            if self._folder is None:
                with suppress(AlreadyExistsError):
                    await self._store.put_async(_path(sha256), spool, mode="create")
            else:
                await asyncio.to_thread(_copy, self._folder, sha256, spool)
        return Stored(sha256=sha256, size=size, beginning=beginning)

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
    """256 folders: a second level costs a new folder for each of the first 65,536 blobs, and then 65,536 folders."""
    if not _SHA256.match(sha256):
        raise ValueError(f"not a SHA-256 in lower-case hex: {sha256[:80]!r}")
    return f"{sha256[:2]}/{sha256}"


def _addresses(contents: Sequence[bytes]) -> list[str]:
    return [hashlib.sha256(content).hexdigest() for content in contents]


def _write_all(root: Path, blobs: Sequence[tuple[str, bytes]]) -> None:
    """Write drafts and flush them together, rename them, flush each folder once: obstore's folder store does not flush.

    Whoever wrote a blob that is there already may not have come as far as flushing its folder, so that is done, too.
    """
    for start in range(0, len(blobs), OPEN_FILES):
        _write_some(root, blobs[start : start + OPEN_FILES])


def _write_some(root: Path, blobs: Sequence[tuple[str, bytes]]) -> None:
    drafts: list[tuple[str, str]] = []
    folders: set[str] = set()
    descriptors: list[int] = []
    try:
        for digest, content in blobs:
            folder, target = f"{root}/{digest[:2]}", f"{root}/{_path(digest)}"
            folders.add(folder)
            if not os.path.exists(target):  # noqa: PTH110  # a hot path, and a Path costs more than the question
                draft = _draft_name(folder, digest)
                descriptors.append(_create(draft))
                drafts.append((draft, target))
                _begin_to_write(descriptors[-1], content)
        for descriptor in descriptors:
            os.fsync(descriptor)
        for draft, target in drafts:
            os.replace(draft, target)  # noqa: PTH105  # the same
    except BaseException:
        for draft, _ in drafts:
            Path(draft).unlink(missing_ok=True)
        raise
    finally:
        for descriptor in descriptors:
            os.close(descriptor)
    for folder in folders:
        _flush_folder(folder)


def _begin_to_write(descriptor: int, content: bytes) -> None:
    """Write, and let the kernel begin to bring it to the disk, so that the flushes of a batch find most of it done."""
    left = memoryview(content)
    while left:
        left = left[os.write(descriptor, left) :]
    if hasattr(os, "posix_fadvise"):  # not on macOS, where the flush alone has to do
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _copy(root: Path, digest: str, content: BinaryIO) -> None:
    """The same as `_write_all` for one blob that is read from a file."""
    folder, target = f"{root}/{digest[:2]}", f"{root}/{_path(digest)}"
    if not Path(target).exists():
        draft = _draft_name(folder, digest)
        try:
            with os.fdopen(_create(draft), "wb") as file:
                shutil.copyfileobj(content, file, HASHED_HERE)
                file.flush()
                os.fsync(file.fileno())
            Path(draft).replace(target)
        except BaseException:
            Path(draft).unlink(missing_ok=True)
            raise
    _flush_folder(folder)


def _draft_name(folder: str, digest: str) -> str:
    """A new file beside the target, which no reader looks at."""
    return f"{folder}/.{digest}.{os.getpid()}.{os.urandom(4).hex()}"


def _create(draft: str) -> int:
    """A new file, in a new folder where need be."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        return os.open(draft, flags, 0o666)
    except FileNotFoundError:
        folder = Path(draft).parent
        folder.mkdir(parents=True, exist_ok=True)
        _flush_folder(str(folder.parent))
        return os.open(draft, flags, 0o666)


def _flush_folder(folder: str) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
