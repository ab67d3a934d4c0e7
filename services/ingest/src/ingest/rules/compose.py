"""From what shall be said to the bytes of a mail that every server takes and nobody can smuggle a header into."""

import binascii
import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from email.header import Header
from email.parser import BytesHeaderParser
from email.utils import encode_rfc2231, format_datetime, quote
from enum import StrEnum

import idna

from contracts.ingest import Attachment, Mailbox, SendMail
from ingest.rules.addresses import MAX_RECIPIENTS, is_address, mailboxes, only_mailbox
from ingest.rules.classify import LOOP_HEADER
from ingest.rules.headers import MAX_ID, file_name
from ingest.rules.limits import MAX_HEADER, Untouched

KEPT_REFERENCES = 10
"""Ids in a References header: the first, which names the thread, and the last nine."""

MAX_LINE = 998
"""Bytes of a line without its end (RFC 5322 §2.1.1)."""

MAX_LOCAL_PART = 64
"""Characters before the at sign (RFC 5321 §4.5.3.1.1)."""

_LINE = 76
_LONGEST_ID = 900

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
_ID = re.compile(r"[!-;=?-~]+")
_SPECIAL = re.compile(r"[^\w !#$%&'*+/=?^`{|}~-]|  ", re.ASCII)
"""What a display name may hold only between quotes (RFC 5322 §3.2.3); outside, two spaces would become one."""
_POLICY = Untouched()

Headers = Sequence[tuple[str, str]]


class RefusalCode(StrEnum):
    """Why a mail cannot be written."""

    INVALID_RECIPIENT = "invalid_recipient"
    INVALID_HEADER = "invalid_header"
    MISSING_ATTACHMENT = "missing_attachment"


class CannotComposeError(Exception):
    """The mail is not written: ``code`` is for programs, ``detail`` says in plain words what is wrong."""

    def __init__(self, code: RefusalCode, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def compose(
    mail: SendMail,
    *,
    sender: Mailbox,
    now: datetime,
    attachments: Mapping[str, bytes],
    instance: str,
    reply_addresses: bool = False,
) -> bytes:
    """The mail as it goes over the wire: CRLF, ASCII only, lines of at most 998 characters, no Bcc.

    ``attachments`` holds the bytes by SHA-256, ``instance`` names this installation in the loop marker of automatic
    mails (RFC 3834 §5, reliability.md 3.2). With ``reply_addresses`` answers go to the sender's address with the
    mail's token behind a plus sign (RFC 5233), as far as its local part has room for it.

    Raises `CannotComposeError`: any control character in a header value, an address that is none or whose local part
    is not ASCII (SMTPUTF8 is not used), a header beyond 32 KiB, bytes that are not there.
    """
    author = Mailbox(name=sender.name if mail.from_name is None else mail.from_name, address=sender.address)
    answers_to = reply_address(author.address, mail.reply_token) if reply_addresses and not mail.automatic else None
    headers = _headers(mail, author, answers_to, now=now, instance=instance)
    entity = _entity(mail, attachments)
    top = [*headers, ("MIME-Version", "1.0"), *entity.headers]
    block = _block(top)
    _verify(block, top, mail)
    return block + b"\r\n" + entity.body


def wire_address(address: str) -> str:
    """The address as it is used in SMTP: its domain in ASCII (IDNA 2008). Raises `CannotComposeError`."""
    local, _, domain = address.rpartition("@")
    try:
        ascii_domain = domain if domain.isascii() else idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise CannotComposeError(RefusalCode.INVALID_RECIPIENT, f"{address!r}: {error}") from error
    result = f"{local}@{ascii_domain}"
    if not result.isascii() or not is_address(result):
        raise CannotComposeError(RefusalCode.INVALID_RECIPIENT, f"{address!r} is not an address that we can send to")
    return result


def kept_references(ids: Sequence[str]) -> tuple[str, ...]:
    """The ids that a reply carries on: the first and the last nine, none twice (RFC 5322 §3.6.4)."""
    unique = tuple(dict.fromkeys(ids))
    return unique if len(unique) <= KEPT_REFERENCES else unique[:1] + unique[1 - KEPT_REFERENCES :]


def reply_address(address: str, token: str | None) -> str | None:
    """The address that the answers to a mail go to; None where that is the address itself (RFC 5321 §4.5.3.1.1)."""
    local, _, domain = address.rpartition("@")
    if token is None or local.startswith('"') or len(local) + 1 + len(token) > MAX_LOCAL_PART:
        return None
    return f"{local}+{token}@{domain}"


def _headers(
    mail: SendMail, author: Mailbox, answers_to: str | None, *, now: datetime, instance: str
) -> list[tuple[str, str]]:
    if not (mail.to or mail.cc or mail.bcc):
        raise CannotComposeError(RefusalCode.INVALID_RECIPIENT, "the mail has no recipient")
    for hidden in mail.bcc:
        _mailbox(hidden)
    headers = [("From", _mailbox(author)), ("Date", format_datetime(now)), ("Subject", _text(mail.subject, "subject"))]
    if answers_to is not None:
        headers.append(("Reply-To", _mailbox(Mailbox(name=author.name, address=answers_to))))
    headers += [(name, _mailboxes(boxes)) for name, boxes in (("To", mail.to), ("Cc", mail.cc)) if boxes]
    headers.append(("Message-ID", _id(mail.message_id)))
    if parent := _foreign_ids([mail.in_reply_to or ""]):
        headers.append(("In-Reply-To", parent))
    if thread := _foreign_ids(mail.references):
        headers.append(("References", thread))
    if mail.automatic:
        headers += [
            ("Auto-Submitted", "auto-replied" if mail.in_reply_to else "auto-generated"),
            ("X-Auto-Response-Suppress", "All"),
            ("Precedence", "bulk"),
            (LOOP_HEADER, _text(instance, "instance")),
        ]
    return headers


def _checked(value: str, what: str) -> str:
    """The value itself, if no character of it could end a line or hide (attack 13)."""
    for character in value:
        if unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
            raise CannotComposeError(
                RefusalCode.INVALID_HEADER, f"the {what} contains the control character U+{ord(character):04X}"
            )
    return value


def _text(value: str, what: str) -> str:
    """An unstructured value: as it is where that is safe and exact, else in encoded words (RFC 2047)."""
    _checked(value, what)
    words = value.split(" ")
    if value.isascii() and "=?" not in value and all(words) and max(map(len, words)) <= _LINE:
        return _folded(words)
    return _encoded(value) if value else ""


def _folded(words: Iterable[str]) -> str:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + len(word) < _LINE - 12:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return "\r\n ".join(lines)


def _encoded(value: str) -> str:
    return Header(value, charset="utf-8", maxlinelen=_LINE, header_name="X" * 20).encode(linesep="\r\n")


def _mailbox(mailbox: Mailbox) -> str:
    address = wire_address(_checked(mailbox.address, "address"))
    name = _checked(mailbox.name, "name").strip()
    if not name:
        return f"<{address}>" if address.startswith('"') else address
    if not name.isascii() or "=?" in name or len(name) > _LINE:
        return f"{_encoded(name)}\r\n <{address}>"
    return f'"{quote(name)}" <{address}>' if _SPECIAL.search(name) else f"{name} <{address}>"


def _mailboxes(boxes: Sequence[Mailbox]) -> str:
    return ",\r\n ".join(_mailbox(box) for box in boxes)


def _id(value: str) -> str:
    if not _is_id(value):
        raise CannotComposeError(RefusalCode.INVALID_HEADER, f"{value[:MAX_ID]!r} is not a message id")
    return f"<{value}>"


def _is_id(value: str) -> bool:
    return len(value) <= _LONGEST_ID and bool(_ID.fullmatch(value))


def _foreign_ids(ids: Sequence[str]) -> str:
    """The ids of others' mails that can be written; an odd one among them must not keep an answer from leaving."""
    usable = [item for item in ids if _is_id(_checked(item, "message id"))]
    return "\r\n ".join(f"<{item}>" for item in kept_references(usable))


class _Entity:
    """A MIME entity: its headers, and its body as it is sent."""

    def __init__(self, headers: Headers, body: bytes) -> None:
        self.headers = headers
        self.body = body


def _entity(mail: SendMail, attachments: Mapping[str, bytes]) -> _Entity:
    """Text and HTML as alternatives, the HTML with its images, all of it with the files (RFC 2046, RFC 2387)."""
    shown = [item for item in mail.attachments if mail.html is not None and item.inline and _has_id(item)]
    files = [item for item in mail.attachments if item not in shown]
    seed = mail.message_id
    readable = _readable(mail.text, "plain")
    if mail.html is not None:
        html = _readable(mail.html, "html")
        if shown:
            images = [_file(item, attachments, inline=True) for item in shown]
            html = _multipart("related", [html, *images], seed, '; type="text/html"')
        readable = _multipart("alternative", [readable, html], seed)
    if files:
        readable = _multipart("mixed", [readable, *(_file(item, attachments, inline=False) for item in files)], seed)
    return readable


def _has_id(item: Attachment) -> bool:
    """Whether HTML can refer to the file; one with an odd id is sent as any other file."""
    return item.content_id is not None and _is_id(_checked(item.content_id, "content id"))


def _multipart(subtype: str, parts: Sequence[_Entity], seed: str, more: str = "") -> _Entity:
    """Parts behind a boundary that none of them can contain: neither Base64 nor quoted-printable writes ``=_``."""
    boundary = f"=_{hashlib.sha256(f'{subtype} {seed}'.encode()).hexdigest()[:32]}"
    body = b"".join(
        b"--" + boundary.encode() + b"\r\n" + _block(part.headers) + b"\r\n" + part.body + b"\r\n" for part in parts
    )
    content_type = f'multipart/{subtype}{more};\r\n boundary="{boundary}"'
    return _Entity([("Content-Type", content_type)], body + f"--{boundary}--\r\n".encode())


def _readable(text: str, subtype: str) -> _Entity:
    data = re.sub(rb"\r\n|\r|\n", b"\r\n", text.encode("utf-8", "replace"))
    encoded = re.sub(rb"(?<!\r)\n", b"\r\n", binascii.b2a_qp(data, istext=True))
    headers = [
        ("Content-Type", f'text/{subtype}; charset="utf-8"'),
        ("Content-Transfer-Encoding", "quoted-printable"),
    ]
    return _Entity(headers, encoded)


def _file(item: Attachment, attachments: Mapping[str, bytes], *, inline: bool) -> _Entity:
    """A file in Base64; attached mails as mere bytes, because RFC 2046 §5.2.1 forbids to encode ``message/rfc822``."""
    if item.sha256 not in attachments:
        raise CannotComposeError(RefusalCode.MISSING_ATTACHMENT, f"the bytes of {item.filename!r} are not there")
    kind = item.content_type.lower()
    if not _TYPE.fullmatch(kind) or kind.startswith(("message/", "multipart/")):
        kind = "application/octet-stream"
    disposition = "inline" if inline else "attachment"
    headers = [
        ("Content-Type", kind),
        ("Content-Transfer-Encoding", "base64"),
        ("Content-Disposition", f"{disposition};\r\n {_file_parameter(_checked(item.filename, 'file name'))}"),
    ]
    if inline and item.content_id:
        headers.append(("Content-ID", _id(item.content_id)))
    return _Entity(headers, _base64(attachments[item.sha256]))


def _file_parameter(name: str) -> str:
    """The file name as a parameter (RFC 2183); beyond ASCII in the extended form of RFC 2231."""
    label = file_name(name) or "attachment"
    if label.isascii() and "=?" not in label:
        return f'filename="{quote(label)}"'
    return f"filename*={encode_rfc2231(label, 'utf-8', '')}"


def _base64(data: bytes) -> bytes:
    step = _LINE // 4 * 3
    return b"\r\n".join(binascii.b2a_base64(data[at : at + step], newline=False) for at in range(0, len(data), step))


def _block(headers: Headers) -> bytes:
    for name, value in headers:
        if len(value) > MAX_HEADER:
            raise CannotComposeError(RefusalCode.INVALID_HEADER, f"the header {name} is longer than {MAX_HEADER} bytes")
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode("ascii")


def _verify(block: bytes, intended: Headers, mail: SendMail) -> None:
    """Read the headers back: names, their number, author and recipients must be those that were meant (attack 13)."""
    read = BytesHeaderParser(policy=_POLICY).parsebytes(block)
    is_exact = [name for name, _ in read.items()] == [name for name, _ in intended]
    is_exact &= only_mailbox(read.get_all("From", [])) is not None
    for name, boxes in (("To", mail.to), ("Cc", mail.cc)):
        found = [box.address for box in mailboxes(read.get_all(name, []))]
        is_exact &= found == [wire_address(box.address) for box in boxes[:MAX_RECIPIENTS]]
    if not is_exact or max(map(len, block.split(b"\r\n"))) > MAX_LINE:
        raise CannotComposeError(RefusalCode.INVALID_HEADER, "the mail would read differently from what was meant")
