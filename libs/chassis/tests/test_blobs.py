"""Blobs: what is stored can be read back, many at a time, and nothing half-written is ever visible."""

import hashlib
import os
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from chassis.blobs import BlobMissing, Blobs, StreamTooLarge


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "blobs"


@pytest.fixture
def blobs(folder: Path) -> Blobs:
    return Blobs(folder.as_uri())


def files(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def highest_descriptor() -> int:
    """The highest number of a file that this process holds open."""
    return max(int(file.name) for file in Path("/proc/self/fd").iterdir())


async def test_many_blobs_come_back_under_their_addresses_in_the_order_given(blobs: Blobs) -> None:
    contents = [os.urandom(size) for size in (0, 1, 5000, 3_000_000)] + [b"x"] * 20
    addresses = await blobs.put_many(contents)
    assert addresses == [hashlib.sha256(content).hexdigest() for content in contents]
    assert [await blobs.get(address) for address in addresses] == contents


async def test_the_same_bytes_are_stored_once(blobs: Blobs, folder: Path) -> None:
    first = await blobs.put(b"once")
    assert await blobs.put_many([b"once", b"once", b"twice"]) == [first, first, hashlib.sha256(b"twice").hexdigest()]
    assert len(files(folder)) == 2


async def test_any_number_of_blobs_needs_few_open_files(blobs: Blobs, folder: Path) -> None:
    contents = [f"blob {number}".encode() for number in range(400)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (highest_descriptor() + 150, hard))
    try:
        addresses = await blobs.put_many(contents)
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert files(folder) == sorted(addresses)


async def test_nothing_to_store_is_nothing(blobs: Blobs, folder: Path) -> None:
    assert await blobs.put_many([]) == []
    assert files(folder) == []


async def test_a_full_or_broken_disk_raises_and_leaves_no_draft(blobs: Blobs, folder: Path) -> None:
    address = hashlib.sha256(b"lost").hexdigest()
    (folder / address[:2]).write_text("a file where a folder must be")
    with pytest.raises(OSError, match=r"File exists|Not a directory"):
        await blobs.put_many([b"lost", b"kept"])
    assert not [name for name in files(folder) if name.startswith(".")]


async def test_what_is_not_there_is_missing_and_what_is_no_address_is_refused(blobs: Blobs) -> None:
    with pytest.raises(BlobMissing):
        await blobs.get("0" * 64)
    with pytest.raises(ValueError, match="not a SHA-256"):
        await blobs.get("../../etc/passwd")


async def test_a_stream_is_stored_like_bytes_and_tells_how_it_begins(blobs: Blobs) -> None:

    async def stream() -> AsyncIterator[bytes]:
        for number in range(100):
            yield bytes([number]) * 1000

    content = b"".join([bytes([number]) * 1000 for number in range(100)])
    await blobs.put_stream(stream(), limit=100_000)
    stored = await blobs.put_stream(stream(), limit=100_000)
    assert stored.sha256 == hashlib.sha256(content).hexdigest()
    assert (stored.size, stored.beginning) == (100_000, bytes(64))
    assert await blobs.get(stored.sha256) == content
    assert await blobs.put(content) == stored.sha256


async def test_a_stream_above_its_limit_leaves_nothing_behind(blobs: Blobs, folder: Path) -> None:

    async def stream() -> AsyncIterator[bytes]:
        for _ in range(10):
            yield b"x" * 1000

    with pytest.raises(StreamTooLarge):
        await blobs.put_stream(stream(), limit=9_999)
    assert files(folder) == []
