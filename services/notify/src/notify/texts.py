"""The words of mail notices in German and English; another language is one more entry."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from contracts.tickets import Reason
from notify.rules.fan_out import NoticeKind

LISTED = 50
"""Tickets that a bundle names; the rest is a number."""


@dataclass(frozen=True, kw_only=True)
class Catalogue:
    """One language. Words in braces are filled in: ``{channel}``, ``{why}``, ``{count}``, ``{notices}``, ``{tickets}``.

    ``kinds`` name what happened, ``reasons`` complete the sentence ``why`` and ``short_reasons`` stand alone in a list.
    ``asked`` and ``short_asked`` are the reason of a reminder.
    """

    kinds: Mapping[NoticeKind, str]
    reasons: Mapping[Reason, str]
    short_reasons: Mapping[Reason, str]
    asked: str
    short_asked: str
    why: str
    why_short: str
    conjunction: str
    bundle_subject: str
    bundle_opening: str
    more: str
    switch_off: str


ENGLISH = Catalogue(
    kinds={
        NoticeKind.REMINDER: "Your reminder is due",
        NoticeKind.OPENED: "New ticket",
        NoticeKind.ENTERED: "Moved to {channel}",
        NoticeKind.ASSIGNED: "Yours to work on",
        NoticeKind.INCOMING: "The customer wrote",
        NoticeKind.OUTGOING: "Answer sent",
        NoticeKind.CALL: "New call",
        NoticeKind.NOTE: "New note",
        NoticeKind.STATUS_CHANGE: "Status changed",
        NoticeKind.CHANGED: "Ticket changed",
    },
    reasons={
        Reason.OWNER: "are the owner of this ticket",
        Reason.RESPONSIBLE: "are the responsible person of this ticket",
        Reason.WATCHER: "watch this ticket",
        Reason.SUBSCRIBER: "are a Standard subscriber of {channel}",
    },
    short_reasons={
        Reason.OWNER: "owner",
        Reason.RESPONSIBLE: "responsible person",
        Reason.WATCHER: "watcher",
        Reason.SUBSCRIBER: "Standard subscriber of {channel}",
    },
    asked="wanted to be reminded of it",
    short_asked="reminded on your own wish",
    why="You get this because you {why}.",
    why_short="You are: {why}",
    conjunction=" and ",
    bundle_subject="{notices} notices on {tickets} tickets",
    bundle_opening="This happened since the last mail:",
    more="… and {count} more.",
    switch_off="You can switch these mails off in your settings.",
)

GERMAN = Catalogue(
    kinds={
        NoticeKind.REMINDER: "Ihre Wiedervorlage ist fällig",
        NoticeKind.OPENED: "Neues Ticket",
        NoticeKind.ENTERED: "Verschoben nach {channel}",
        NoticeKind.ASSIGNED: "Ihnen zugewiesen",
        NoticeKind.INCOMING: "Der Kunde hat geschrieben",
        NoticeKind.OUTGOING: "Antwort versandt",
        NoticeKind.CALL: "Neuer Anruf",
        NoticeKind.NOTE: "Neue Notiz",
        NoticeKind.STATUS_CHANGE: "Status geändert",
        NoticeKind.CHANGED: "Ticket geändert",
    },
    reasons={
        Reason.OWNER: "dieses Ticket bearbeiten",
        Reason.RESPONSIBLE: "für dieses Ticket verantwortlich sind",
        Reason.WATCHER: "dieses Ticket beobachten",
        Reason.SUBSCRIBER: "{channel} als Standard abonniert haben",
    },
    short_reasons={
        Reason.OWNER: "Bearbeiter",
        Reason.RESPONSIBLE: "Verantwortlicher",
        Reason.WATCHER: "Beobachter",
        Reason.SUBSCRIBER: "Standard-Abonnent von {channel}",
    },
    asked="daran erinnert werden wollten",
    short_asked="auf eigenen Wunsch erinnert",
    why="Sie bekommen diese Mail, weil Sie {why}.",
    why_short="Sie sind: {why}",
    conjunction=" und ",
    bundle_subject="{notices} Neuigkeiten zu {tickets} Tickets",
    bundle_opening="Das ist seit der letzten Mail geschehen:",
    more="… und {count} weitere.",
    switch_off="Sie können diese Mails in Ihren Einstellungen abschalten.",
)

_CATALOGUES = {"en": ENGLISH, "de": GERMAN}


def catalogue(language: str) -> Catalogue:
    """The words of a language tag (``de``, ``de-AT``); English where there are none."""
    return _CATALOGUES.get(language.lower().replace("_", "-").partition("-")[0], ENGLISH)


def enumerated(parts: Sequence[str], conjunction: str) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    return conjunction.join(filter(None, [", ".join(parts[:-1]), parts[-1]]))
