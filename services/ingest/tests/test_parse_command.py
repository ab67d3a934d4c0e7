"""``ingest parse FILE…``: one JSON object per mail, in order, whatever the files are."""

import hashlib
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import cli
from ingest.parse import empty, parse_bytes

KEYS = [
    "file",
    "subject",
    "from",
    "to",
    "cc",
    "message_id",
    "in_reply_to",
    "references",
    "date",
    "text",
    "html",
    "reply_text",
    "auto_submitted",
    "kind",
    "bounce",
    "attachments",
    "is_spam",
    "error",
]
MAIL = (
    b"From: =?utf-8?q?J=C3=B6rg?= <j@kunde.example>\r\nTo: support@desk.example, Eva <e@desk.example>\r"
    b"\nCc: c@x.example\r\n"
    b"Subject: Re: order\r\nMessage-ID: <2@x>\r\nIn-Reply-To: <1@x>\r\nReferences: <0@x> <1@x>\r\n"
    b"Date: Mon, 12 Jan 2026 10:00:00 +0100\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nyes\r\n\r\nOn 12/01/2026 10:00, Eva wrote:\r\n> well?\r\n"
    b"--b\r\nContent-Type: application/pdf; name=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
    b"Content-Disposition: inline\r\nContent-ID: <p@x>\r\n\r\nJVBERg==\r\n--b--\r\n"
)


def test_one_mail_is_shown_in_full() -> None:
    shown = parse_bytes(MAIL)
    assert shown == {
        "subject": "Re: order",
        "from": {"name": "Jörg", "address": "j@kunde.example"},
        "to": [{"name": "", "address": "support@desk.example"}, {"name": "Eva", "address": "e@desk.example"}],
        "cc": [{"name": "", "address": "c@x.example"}],
        "message_id": "2@x",
        "in_reply_to": "1@x",
        "references": ["0@x", "1@x"],
        "date": "2026-01-12T09:00:00+00:00",
        "text": "yes\n\nOn 12/01/2026 10:00, Eva wrote:\n> well?",
        "html": None,
        "reply_text": "yes",
        "auto_submitted": False,
        "kind": "human",
        "bounce": {"is_bounce": False, "recipients": []},
        "attachments": [
            {
                "filename": "a.pdf",
                "content_type": "application/pdf",
                "size": 4,
                "sha256": hashlib.sha256(b"%PDF").hexdigest(),
                "inline": True,
                "content_id": "p@x",
            }
        ],
        "is_spam": False,
        "error": None,
    }


HOSTILE: dict[str, bytes] = {
    "empty": b"",
    "noise": bytes(range(256)) * 40,
    "deep": b"Content-Type: message/rfc822\r\n\r\n" * 200,
    "wide": b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\n\r\ny\r\n" * 20_000,
    "long header": b"From: a@x.example\r\nSubject: " + b"a" * 300_000 + b"\r\n\r\nx",
    "half a header": b"Subject",
}


def run(*names: str) -> list[dict[str, Any]]:
    """What the command prints, as its users start it."""
    command = [str(Path(sys.executable).with_name("ingest")), "parse", *names]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_hostile_and_missing_files_have_lines_of_their_own_in_the_order_of_the_files(tmp_path: Path) -> None:
    names = []
    for name, raw in [("first", MAIL), *HOSTILE.items(), ("last", MAIL)]:
        (tmp_path / name).write_bytes(raw)
        names.append(str(tmp_path / name))
    names.insert(3, str(tmp_path / "missing"))
    names.insert(5, str(tmp_path))
    shown = run(*names)
    assert [one["file"] for one in shown] == names
    assert all(list(one) == KEYS for one in shown)
    assert shown[0] | {"file": ""} == shown[-1] | {"file": ""} == {"file": ""} | parse_bytes(MAIL)
    errors = {Path(one["file"]).name: one["error"] for one in shown if one["error"]}
    assert "No such file" in errors.pop("missing")
    assert "Is a directory" in errors.pop(tmp_path.name)
    assert set(errors) == {"deep", "wide", "long header"}


def test_the_standard_input_is_a_mail_too() -> None:
    command = [str(Path(sys.executable).with_name("ingest")), "parse", "-", "missing"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=True, input=MAIL)
    first, second = map(json.loads, done.stdout.splitlines())
    assert (first["file"], first["subject"], second["file"]) == ("-", "Re: order", "missing")


def test_a_mail_in_quarantine_shows_who_wrote_it() -> None:
    shown = parse_bytes(b"From: Anna <a@x.example>\r\nSubject: Hello\r\n" + HOSTILE["deep"])
    assert (shown["kind"], shown["from"]["address"], shown["subject"]) == ("quarantine", "a@x.example", "Hello")
    assert "nested deeper" in shown["error"]


def test_reasons_are_told_when_asked_for() -> None:
    shown = parse_bytes(b"List-Id: <x.y>\r\nX-Spam-Flag: YES\r\n\r\nx", reasons=True)
    assert shown["kind_reason"] == "header list-id (RFC 2369, RFC 2919)"
    assert shown["spam_reason"] == "header x-spam-flag"


def lines(names: list[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in cli.lines(names)]


def dies(name: str, *, reasons: bool, stdin: int) -> dict[str, Any]:
    if name == "bad":
        os._exit(3)
    return parse_bytes(MAIL)


def hangs(name: str, *, reasons: bool, stdin: int) -> dict[str, Any]:
    while name == "bad":
        pass
    return parse_bytes(MAIL)


def eats(name: str, *, reasons: bool, stdin: int) -> dict[str, Any]:
    if name == "bad":
        try:
            return {"size": len(bytes(resource.getrlimit(resource.RLIMIT_AS)[0]))}
        except MemoryError:
            return empty("too much memory")
    return parse_bytes(MAIL)


WORKS: dict[str, tuple[Callable[..., dict[str, Any]], str]] = {
    "ends its process": (dies, "ended its process"),
    "never ends": (hangs, "took longer than 1 seconds"),
    "eats memory": (eats, "too much memory"),
}


@pytest.mark.parametrize(("work", "error"), WORKS.values(), ids=WORKS)
def test_a_mail_that_breaks_the_parser_breaks_no_other(
    work: Callable[..., dict[str, Any]], error: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "_parsed", work)
    monkeypatch.setattr(cli, "SECONDS", 1.0)
    shown = lines(["a", "bad", "b", "bad", "c"])
    assert [one["file"] for one in shown] == ["a", "bad", "b", "bad", "c"]
    assert [bool(one["error"]) for one in shown] == [False, True, False, True, False]
    assert error in shown[1]["error"]
