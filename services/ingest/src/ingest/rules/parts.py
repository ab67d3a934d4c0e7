"""What one part of a mail holds: its bytes, its parameters, the file that it is (RFC 2045, 2183, 2231)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from ingest.rules.charsets import decode
from ingest.rules.embedded import EmbeddedFile
from ingest.rules.headers import file_name, header_text, message_ids
from ingest.rules.parameters import parameters_of
from ingest.rules.tnef import TnefFile
from ingest.rules.transfer import decoded
from ingest.rules.tree import Part, is_encoded, transfer_encoding

_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,63}/[a-z0-9!#$&^_.+-]{1,63}")
_ENDINGS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "application/msword": ".doc",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
    "message/delivery-status": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
}
"""For files without a name; ``mimetypes`` would ask the machine that it runs on."""


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file of a mail. ``inline``: the HTML shows it, by its ``content_id`` (without brackets).

    ``says_inline``: the sender means it to be shown in the mail (RFC 2183), whether anything shows it or not.
    """

    filename: str
    content_type: str
    data: bytes
    inline: bool
    content_id: str | None
    says_inline: bool = False


def field(part: Part, name: str) -> str:
    """The raw value of a header, whose name is in lower case; ``""`` where there is none."""
    values = part.fields.get(name)
    return values[0] if values else ""


def content(part: Part) -> bytes:
    """The bytes of a leaf, or of a mail inside the mail, its transfer encoding undone as far as it goes."""
    if part.parts and not is_encoded(part):
        return part.body
    return decoded(part.body, transfer_encoding(part))


def parameters(part: Part, header: str) -> Mapping[str, str]:
    """The parameters of a header by name in lower case."""
    return parameters_of(field(part, header))


def is_attachment(part: Part) -> bool:
    """Whether the sender says so (RFC 2183)."""
    return disposition(part) == "attachment"


def disposition(part: Part) -> str:
    """Content-Disposition in lower case, without its parameters."""
    return field(part, "content-disposition").partition(";")[0].strip().lower()


def label(part: Part) -> str:
    """The file name that the part claims, made harmless; ``""`` where it claims none."""
    for header, name in (("content-disposition", "filename"), ("content-type", "name")):
        if header in part.fields and (found := file_name(parameters(part, header).get(name, ""))):
            return found
    return ""


def attached_file(part: Part, number: int) -> AttachedFile:
    """The file that this part is; ``number`` distinguishes those without a name."""
    kind = part.kind
    content_type = kind if _TYPE.fullmatch(kind) else "application/octet-stream"
    content_id = field(part, "content-id")
    ids = message_ids(content_id) or message_ids(f"<{content_id}>")
    return AttachedFile(
        filename=label(part) or _invented_name(part, content_type, number),
        content_type=content_type,
        data=content(part),
        inline=False,
        content_id=ids[0] if ids else None,
        says_inline=disposition(part) == "inline",
    )


def packed_file(file: TnefFile, number: int) -> AttachedFile:
    """A file out of a ``winmail.dat``."""
    kind = file.content_type.lower()
    name = file_name(file.name)
    ids = message_ids(f"<{file.content_id}>") if file.content_id else ()
    content_type = kind if _TYPE.fullmatch(kind) else _type_of(name)
    return AttachedFile(
        filename=name or f"attachment-{number}{_ENDINGS.get(content_type, '.bin')}",
        content_type=content_type,
        data=file.data,
        inline=False,
        content_id=ids[0] if ids else None,
    )


def embedded_file(file: EmbeddedFile, number: int) -> AttachedFile:
    """A file out of a text."""
    name = file_name(decode(file.name, None))
    content_type = _type_of(name)
    return AttachedFile(
        filename=name or f"attachment-{number}.bin",
        content_type=content_type,
        data=file.data,
        inline=False,
        content_id=None,
    )


def _type_of(name: str) -> str:
    ending = f".{name.rpartition('.')[2].lower()}"
    return next((kind for kind, other in _ENDINGS.items() if other == ending), "application/octet-stream")


def _invented_name(part: Part, content_type: str, number: int) -> str:
    """A name for a file without one: an attached mail is called by its subject."""
    if content_type in {"message/rfc822", "message/global"}:
        subject = next((header_text(field(mail, "subject")) for mail in part.parts), "")
        return file_name(f"{subject or f'mail-{number}'}.eml".replace("/", "-"))
    return f"attachment-{number}{_ENDINGS.get(content_type, '.bin')}"
