"""The text that Outlook leaves in a winmail.dat as compressed RTF (MS-OXRTFCP, MS-OXRTFEX)."""

import struct
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.rules.rtf import MAX_RTF, rtf_text, unpacked
from ingest.rules.tnef import SIGNATURE, read_tnef

EXAMPLE = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
)
"""The example of MS-OXRTFCP 4.1.1."""

HTML = (
    rb"{\rtf1\ansi\ansicpg1252\fromhtml1 \deff0{\fonttbl{\f0 Arial;}}{\*\htmltag19 <html>}{\*\htmltag64 <p>}\htmlrtf "
    rb"{\htmlrtf0 Gr\'f6\u223?e\htmlrtf \par }\htmlrtf0 {\*\htmltag72 </p>}{\*\htmltag27 </html>}}"
)
TEXT = (
    rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x;}\pard Gr\'f6\'dfe \{a\}\par two\line \u8364?5 "
    rb"{\b bold}\par}"
)


def plain(rtf: bytes) -> bytes:
    """RTF stored without compression."""
    return struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def test_the_example_of_the_standard_is_unpacked() -> None:
    assert unpacked(EXAMPLE) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    assert rtf_text(unpacked(EXAMPLE)) == ("hello world", False)


def test_rtf_is_told_as_text_or_as_the_html_that_it_was() -> None:
    assert rtf_text(TEXT) == ("Größe {a}\ntwo\n€5 bold", False)
    assert rtf_text(HTML) == ("<html><p>Größe</p></html>", True)


@pytest.mark.parametrize(("rtf", "text", "html"), [(TEXT, "Größe {a}\ntwo\n€5 bold", None), (HTML, "", "<p>Größe</p>")])
def test_a_winmail_dat_with_nothing_but_rtf_has_a_text(rtf: bytes, text: str, html: str | None) -> None:
    packed = plain(rtf)
    value = struct.pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed + bytes(-len(packed) % 4)
    found = read_tnef(SIGNATURE + b"\0\0" + struct.pack("<BHHI", 1, 0x9003, 6, len(value)) + value + b"\0\0")
    assert found.text == text
    assert found.html == (f"<html>{html}</html>" if html else None)


@given(st.binary(max_size=200))
def test_damaged_rtf_yields_what_can_be_read(noise: bytes) -> None:
    assert len(unpacked(EXAMPLE[:16] + noise)) <= MAX_RTF
    assert isinstance(rtf_text(b"{\\fromhtml" + noise)[0], str)


def test_characters_in_two_halves_are_joined_and_half_ones_replaced() -> None:
    assert rtf_text(rb"{\rtf1\uc0 \u-10180 \u-8384 \u0 x\u-8384 }") == ("\U0001f340x\ufffd", False)


def test_rtf_that_grows_without_end_is_cut() -> None:
    begun = time.process_time()
    assert len(unpacked(EXAMPLE[:16] + (b"\xff" + b"\x0c\xdf" * 8) * 100_000)) < MAX_RTF + 256
    rtf_text(b"{" * 200_000)
    assert time.process_time() - begun < 5
