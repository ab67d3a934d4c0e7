"""When a mail says that it was sent (RFC 5322 §3.3), as programs and people really write it."""

import re
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from ingest.rules.headers import raw_text

MAX_DATE = 200
"""Characters of a date that are looked at."""

_MONTHS = {
    "Jan": 1,
    "Feb": 2,
    "Mar": 3,
    "Apr": 4,
    "May": 5,
    "Jun": 6,
    "Jul": 7,
    "Aug": 8,
    "Sep": 9,
    "Oct": 10,
    "Nov": 11,
    "Dec": 12,
}
_DATE = re.compile(
    r"(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4})"
    r" (\d\d):(\d\d)(?::(\d\d))? ([+-])([01]\d)([0-5]\d)(?=\s|$)"
)
_ISO = re.compile(
    r"\s*(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d))?(?:[.,]\d{1,9})?\s*(?:Z|UTC|GMT|([+-]\d\d):?(\d\d))?(?=\s|$)"
)
_FOREIGN_MONTHS = {
    "Jan": "janv enero ene gennaio gen januar januari",
    "Feb": "févr fevr fév febr febbraio feb februar februari",
    "Mar": "mär mrz märz maerz mars marzo mrt maart",
    "Apr": "avr abr aprile april",
    "May": "mai mayo mag maggio mei",
    "Jun": "juin giu giugno junio juni",
    "Jul": "juil lug luglio julio juli",
    "Aug": "août aout ago agosto augustus",
    "Sep": "sept set settembre septiembre",
    "Oct": "okt ott ottobre octubre oktober",
    "Nov": "noviembre novembre",
    "Dec": "dez déc dic dicembre diciembre dezember december",
}
_ENGLISH = {other: month for month, others in _FOREIGN_MONTHS.items() for other in others.split()}
_WORD = re.compile(r"[^\W\d_]+")
_SHORTENED = re.compile(r"(?<=[A-Za-z])\.")
_ZONES = {
    "BST": "+0100",
    "CET": "+0100",
    "CEST": "+0200",
    "EEST": "+0300",
    "EET": "+0200",
    "HKT": "+0800",
    "JST": "+0900",
    "KST": "+0900",
    "MESZ": "+0200",
    "MET": "+0100",
    "MEZ": "+0100",
    "MSK": "+0300",
    "NZDT": "+1300",
    "NZST": "+1200",
    "AEDT": "+1100",
    "AEST": "+1000",
    "WEST": "+0100",
    "WET": "+0000",
}
"""Names of zones that mean the same everywhere and that the standard library does not know."""

_OFFSET = re.compile(r"(?:GMT|UTC)?([+-])(\d{1,2})(?::?(\d\d))?(?=\s|\)|$)")
_AFTERNOON = re.compile(r"\b(\d{1,2})(:\d\d(?::\d\d)?) ?PM\b", re.IGNORECASE)


def sent_at(value: str) -> datetime | None:
    """The date in UTC, or None where it is missing, nonsense, or not to be told in UTC."""
    if usual := _DATE.match(value):
        return _moment(usual)
    text = raw_text(value[:MAX_DATE])
    if iso := _ISO.match(text):
        return _iso_moment(iso)
    try:
        moment = parsedate_to_datetime(_in_english(text))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def _moment(date: re.Match[str]) -> datetime | None:
    """The usual date, for speed; None where a number is too large."""
    try:
        second = min(int(date[6] or 0), 59)  # a leap second is the end of its minute
        local = datetime(int(date[3]), _MONTHS[date[2]], int(date[1]), int(date[4]), int(date[5]), second, tzinfo=UTC)
        offset = timedelta(hours=int(date[8]), minutes=int(date[9]))
        return local - offset if date[7] == "+" else local + offset
    except (ValueError, OverflowError):
        return None


def _iso_moment(date: re.Match[str]) -> datetime | None:
    """A date of ISO 8601; without an offset it is in UTC."""
    try:
        numbers = [int(number or 0) for number in date.groups()[:6]]
        local = datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]  # six numbers
        hours, minutes = int(date[7] or 0), int(date[8] or 0)
        return local - timedelta(hours=hours, minutes=-minutes if (date[7] or "").startswith("-") else minutes)
    except (ValueError, OverflowError):
        return None


def _in_english(text: str) -> str:
    """The date with months, zones and afternoons as the standard library knows them."""
    text = _WORD.sub(lambda word: _ZONES.get(word[0]) or _ENGLISH.get(word[0].lower(), word[0]), text)
    text = _SHORTENED.sub("", text)
    text = _AFTERNOON.sub(lambda time: f"{int(time[1]) % 12 + 12}{time[2]}", text)
    return (
        _OFFSET.sub(lambda offset: f"{offset[1]}{offset[2]:0>2}{offset[3] or '00'}", text, count=1)
        if ":" in text
        else text
    )
