"""A calendar object (RFC 5545, RFC 5546) in a few plain lines, for mails that are nothing else."""

import re

MAX_READ = 100_000
"""Characters of a calendar that are looked at."""

_FOLD = re.compile(r"\r?\n[ \t]")
_LINE = re.compile(r'([A-Za-z-]{1,40})((?:;[A-Za-z-]{1,40}=(?:"[^"]*"|[^;:"]*))*):(.*)')
_NAME = re.compile(r';CN=("[^"]*"|[^;:]*)', re.IGNORECASE)
_STATE = re.compile(r";PARTSTAT=([A-Za-z-]+)", re.IGNORECASE)
_ZONE = re.compile(r';TZID=("[^"]*"|[^;:]*)', re.IGNORECASE)
_TIME = re.compile(r"(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(?:\d\d)?(Z?))?")
_ESCAPED = re.compile(r"\\([\\;,nN])")
_WHAT = {"REQUEST": "Invitation", "PUBLISH": "Event", "CANCEL": "Cancelled", "REPLY": "Answer to an invitation"}
_WHAT |= {"COUNTER": "Other time proposed", "DECLINECOUNTER": "Proposed time declined", "ADD": "Invitation"}


def calendar_text(calendar: str) -> str:
    """What, when, where and who, one line each; ``""`` where nothing of it is in there."""
    method, facts = _facts(calendar[:MAX_READ])
    if "SUMMARY" not in facts and "DTSTART" not in facts:
        return ""
    lines = [f"{_WHAT.get(method, 'Event')}: {_plain(facts.get('SUMMARY', ('', ''))[1])}".rstrip(": ")]
    if when := _when(facts):
        lines.append(f"When: {when}")
    if where := _plain(facts.get("LOCATION", ("", ""))[1]):
        lines.append(f"Where: {where}")
    if "ORGANIZER" in facts:
        lines.append(f"Organiser: {_person(*facts['ORGANIZER'])}")
    if method == "REPLY" and "ATTENDEE" in facts:
        state = _STATE.search(facts["ATTENDEE"][0])
        lines.append(f"{_person(*facts['ATTENDEE'])}: {state[1].lower() if state else 'no answer'}")
    if about := _plain(facts.get("DESCRIPTION", ("", ""))[1]):
        lines += ["", about]
    return "\n".join(lines)


def _facts(calendar: str) -> tuple[str, dict[str, tuple[str, str]]]:
    """The method, and of the first event the parameters and the value of each property, the first of several."""
    method = ""
    facts: dict[str, tuple[str, str]] = {}
    depth: list[str] = []
    for line in _FOLD.sub("", calendar).splitlines():
        match = _LINE.match(line)
        if not match:
            continue
        name, value = match[1].upper(), match[3].strip()
        if name == "BEGIN":
            depth.append(value.upper())
        elif name == "END":
            if depth and depth.pop() in {"VEVENT", "VTODO"}:
                break
        elif name == "METHOD":
            method = value.upper()
        elif depth and depth[-1] in {"VEVENT", "VTODO"}:
            facts.setdefault(name, (match[2], value))
    return method, facts


def _plain(text: str) -> str:
    return _ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], text).strip()


def _person(parameters: str, value: str) -> str:
    name = _NAME.search(parameters)
    address = value[7:] if value[:7].lower() == "mailto:" else value
    return f"{name[1].strip(chr(34))} <{address}>" if name and name[1].strip('"') != address else address


def _when(facts: dict[str, tuple[str, str]]) -> str:
    parameters, start = facts.get("DTSTART", ("", ""))
    begin = _TIME.match(start)
    if not begin:
        return ""
    end = _TIME.match(facts.get("DTEND", ("", ""))[1])
    text = _moment(begin)
    if end and end[4]:
        text += f" – {f'{end[4]}:{end[5]}' if end.group(1, 2, 3) == begin.group(1, 2, 3) else _moment(end)}"
    zone = _ZONE.search(parameters)
    return text + (" UTC" if begin[6] else f" ({zone[1].strip(chr(34))})" if zone else "")


def _moment(found: re.Match[str]) -> str:
    day = f"{found[1]}-{found[2]}-{found[3]}"
    return f"{day} {found[4]}:{found[5]}" if found[4] else day
