"""The mail viewer: what left the desk, as pages for people and as JSON for programs, under ``/dev/mails``."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from html import escape
from itertools import islice
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from deskstream_local.pages import HOME, POLICY, link, page
from deskstream_local.sink import Delivery, Sink

PATH = "/dev/mails"
MAX_LISTED = 500
URL = re.compile(r"https?://[^\s<>\"']+[^\s<>\"'.,;:!?)]")

NO_SUBJECT = "(no subject)"
FRAME = (
    '<iframe src="{source}" title="The HTML of this mail"'
    ' sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
)

BODY_POLICY = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'"
"""A mail's HTML may be styled and its links may open a new window; nothing runs and nothing is fetched."""


def routes(sink: Sink) -> list[Route]:
    """The viewer's routes. What a request accepts decides: a browser gets a page, anyone else JSON."""

    async def mails(request: Request) -> Response:
        listed = sink.newest(recipient=request.query_params.get("to"), after=request.query_params.get("after", ""))
        summaries = [_summary(sink, delivery) for delivery in islice(listed, _limit(request))]
        return _html(_list_page(summaries)) if _wants_page(request) else JSONResponse({"mails": summaries})

    async def mail(request: Request) -> Response:
        delivery = _find(sink, request)
        detail = _detail(sink, delivery)
        return _html(_mail_page(detail)) if _wants_page(request) else JSONResponse(detail)

    async def html(request: Request) -> Response:
        body = _part(sink.message(_find(sink, request)), "html")
        if body is None:
            raise HTTPException(404, "This mail has no HTML part.")
        target = '<base target="_blank">'
        return HTMLResponse(target + body, headers={"content-security-policy": BODY_POLICY})

    async def raw(request: Request) -> Response:
        delivery = _find(sink, request)
        name = f'attachment; filename="{delivery.id}.eml"'
        return Response(
            sink.content(delivery), media_type="application/octet-stream", headers={"content-disposition": name}
        )

    return [
        Route(PATH, mails),
        Route(f"{PATH}/{{mail_id}}", mail),
        Route(f"{PATH}/{{mail_id}}/html", html),
        Route(f"{PATH}/{{mail_id}}/raw", raw),
    ]


def _limit(request: Request) -> int:
    text = request.query_params.get("limit", "100")
    if not text.isdigit() or not 1 <= int(text) <= MAX_LISTED:
        raise HTTPException(422, f"limit is a number from 1 to {MAX_LISTED}.")
    return int(text)


def _find(sink: Sink, request: Request) -> Delivery:
    delivery = sink.find(request.path_params["mail_id"])
    if delivery is None:
        raise HTTPException(404, "There is no such mail; the oldest ones are removed after a while.")
    return delivery


def _wants_page(request: Request) -> bool:
    return "text/html" in request.headers.get("accept", "")


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"content-security-policy": POLICY})


def _header(message: EmailMessage, name: str) -> str:
    # The mail may carry what a customer wrote, and the standard library raises on some of that.
    with suppress(Exception):
        return _clean(str(message[name] or ""))
    return ""


def _clean(text: str) -> str:
    """Without the half characters that the parser leaves for bytes which are no text."""
    return text.encode(errors="replace").decode()


def _summary(sink: Sink, delivery: Delivery) -> dict[str, Any]:
    message = sink.message(delivery)
    return {
        "id": delivery.id,
        "received_at": datetime.fromtimestamp(delivery.received_at, UTC).isoformat(timespec="milliseconds"),
        "mail_from": delivery.mail_from,
        "recipients": list(delivery.recipients),
        "from": _header(message, "From"),
        "to": _header(message, "To"),
        "subject": _header(message, "Subject"),
        "message_id": _header(message, "Message-ID"),
    }


def _detail(sink: Sink, delivery: Delivery) -> dict[str, Any]:
    message = sink.message(delivery)
    return {
        **_summary(sink, delivery),
        "headers": [[name, " ".join(_clean(str(value)).split())] for name, value in message.raw_items()],
        "text": _part(message, "plain"),
        "html": _part(message, "html"),
        "attachments": list(_attachments(message)),
    }


def _part(message: EmailMessage, subtype: str) -> str | None:
    with suppress(Exception):
        part = message.get_body((subtype,))
        return None if part is None else _clean(str(part.get_content()))
    return None


def _attachments(message: EmailMessage) -> Iterator[dict[str, Any]]:
    with suppress(Exception):
        for part in message.iter_attachments():
            content = part.get_payload(decode=True)
            yield {
                "filename": part.get_filename() or "",
                "content_type": part.get_content_type(),
                "size": len(content) if isinstance(content, bytes) else 0,
            }


def _list_page(mails: list[dict[str, Any]]) -> str:
    if not mails:
        return page("Mails that left", "<p>Nothing was sent yet.</p>", trail=HOME)
    head = '<tr><th scope="col">Time (UTC)</th><th scope="col">Subject</th><th scope="col">Recipients</th></tr>'
    rows = "".join(map(_row, mails))
    return page("Mails that left", f"<table><thead>{head}</thead><tbody>{rows}</tbody></table>", trail=HOME)


def _row(mail: dict[str, Any]) -> str:
    subject = link(f"{PATH}/{mail['id']}", mail["subject"] or NO_SUBJECT)
    time, recipients = _time(mail), escape(", ".join(mail["recipients"]))
    return f'<tr><td class="time quiet">{time}</td><th scope="row">{subject}</th><td>{recipients}</td></tr>'


def _mail_page(mail: dict[str, Any]) -> str:
    own = f"{PATH}/{mail['id']}"
    headers = "\n".join(f"{name}: {value}" for name, value in mail["headers"])
    body = (
        _facts(mail),
        f"<h2>Text</h2><pre>{_linked(mail['text'])}</pre>" if mail["text"] else "",
        f"<h2>HTML</h2>{FRAME.format(source=f'{own}/html')}" if mail["html"] else "",
        f"<h2>Headers</h2><pre>{escape(headers)}</pre>",
        f"<p>{link(f'{own}/raw', 'Download as .eml')}</p>",
    )
    return page(mail["subject"] or NO_SUBJECT, "".join(body), trail=link(PATH, "← Mails that left"))


def _facts(mail: dict[str, Any]) -> str:
    attachments = ", ".join(f"{part['filename']} ({part['size']} bytes)" for part in mail["attachments"])
    facts = {
        "Time (UTC)": _time(mail),
        "From": mail["from"],
        "To": mail["to"],
        "Envelope": f"{mail['mail_from'] or '(empty)'} → {', '.join(mail['recipients'])}",
        "Attachments": attachments or "none",
    }
    return "<dl>" + "".join(f"<dt>{escape(name)}</dt><dd>{escape(text)}</dd>" for name, text in facts.items()) + "</dl>"


def _time(mail: dict[str, Any]) -> str:
    """To the second; whoever needs more reads the JSON."""
    return str(mail["received_at"])[:19].replace("T", " ")


def _linked(text: str) -> str:
    """The text as HTML, with its web addresses as links."""
    pieces, end = [], 0
    for match in URL.finditer(text):
        pieces += [escape(text[end : match.start()]), link(match.group(), match.group())]
        end = match.end()
    return "".join((*pieces, escape(text[end:])))
