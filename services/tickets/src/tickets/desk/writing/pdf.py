"""A letter as a PDF: A4, the address where the window of an envelope is (DIN 5008 form B), the font inside (AT-12)."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from xml.sax.saxutils import escape

from reportlab.lib.enums import TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import BaseDocTemplate, Frame, PageTemplate, Paragraph, Spacer

REGULAR, BOLD = "Vera", "VeraBd"
"""Bitstream Vera comes with the library and may be embedded; it has the letters of western Europe, and €."""

_TEXT = ParagraphStyle("text", fontName=REGULAR, fontSize=10, leading=14, spaceAfter=7)
_LINE = ParagraphStyle("line", parent=_TEXT, spaceAfter=0)
_SMALL = ParagraphStyle("small", parent=_TEXT, fontSize=7, leading=9)
_SUBJECT = ParagraphStyle("subject", parent=_TEXT, fontName=BOLD, spaceAfter=14)
_RIGHT = ParagraphStyle("right", parent=_TEXT, alignment=TA_RIGHT)


@dataclass(frozen=True, kw_only=True)
class Letter:
    """What is on the paper; ``recipient`` is the address block, line by line."""

    sender: str
    recipient: str
    date: str
    subject: str
    text: str


@cache
def _font(name: str) -> TTFont:
    font = TTFont(name, f"{name}.ttf")
    pdfmetrics.registerFont(font)
    return font


def unprintable(letter: Letter) -> str:
    """The characters that the font does not have, each once."""
    written = f"{letter.sender}{letter.recipient}{letter.date}{letter.subject}{letter.text}"
    known = _font(REGULAR).face.charToGlyph
    return "".join(dict.fromkeys(one for one in normal(written) if ord(one) not in known and one != "\n"))


def normal(text: str) -> str:
    """The text in composed characters, with plain line ends and spaces."""
    return unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n").replace("\t", "    ")


def letter_pdf(letter: Letter) -> bytes:
    """The letter; the same letter gives the same bytes. It takes a while: call it in a thread."""
    _font(REGULAR), _font(BOLD)
    buffer = BytesIO()
    document = BaseDocTemplate(
        buffer, pagesize=A4, title=letter.subject, author=letter.sender, invariant=1, lang="", pageCompression=1
    )
    width, height = A4
    first = Frame(25 * mm, 25 * mm, width - 45 * mm, height - 130 * mm, id="first", showBoundary=0)
    later = Frame(25 * mm, 25 * mm, width - 45 * mm, height - 50 * mm, id="later", showBoundary=0)
    document.addPageTemplates(
        [
            PageTemplate(id="first", frames=[first], onPage=_head(letter), autoNextPageTemplate="later"),
            PageTemplate(id="later", frames=[later], onPage=_number),
        ]
    )
    # Line by line: the library takes a paragraph of many lines apart again and again, once for every page.
    lines = normal(letter.text).strip("\n").split("\n")
    body = [_paragraph(line, _LINE) if line.strip() else Spacer(1, 7) for line in lines]
    document.build([_paragraph(letter.date, _RIGHT), _paragraph(letter.subject, _SUBJECT), *body, Spacer(1, 1)])
    return buffer.getvalue()


def _head(letter: Letter) -> Callable[[Canvas, BaseDocTemplate], None]:
    def draw(canvas: Canvas, _document: BaseDocTemplate) -> None:
        window = Frame(20 * mm, A4[1] - 90 * mm, 85 * mm, 45 * mm, leftPadding=5 * mm, showBoundary=0)
        lines = normal(letter.recipient).strip()
        window.addFromList([_paragraph(letter.sender, _SMALL), _paragraph(lines, _TEXT)], canvas)

    return draw


def _number(canvas: Canvas, document: BaseDocTemplate) -> None:
    canvas.setFont(REGULAR, 8)
    canvas.drawRightString(A4[0] - 20 * mm, 15 * mm, str(document.page))


def _paragraph(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(normal(text)).replace("\n", "<br/>"), style)
