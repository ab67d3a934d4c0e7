"""Scene 1, second act: Tom answers by mail, and what comes back finds its ticket, or rightly does not."""

from deskstream_local.story.doors import Desk, Json, ensure, eventually
from deskstream_local.story.letters import SABINE, STRANGER, SUPPORT, first_mail, letter, parsed
from deskstream_local.story.matter import Matter
from deskstream_local.story.telling import step

MAX = "max@schulz.example"
"""Sabine had copied him in, so he gets the answer, too (MT-09)."""

ANSWER = "Guten Tag Frau Schulz,\n\nes gilt die Rechnung über 240,80 €.\n\nViele Grüße\nTom Kraus\n"


class Answering:
    """From Tom's answer to the customer's replies, and a stranger's."""

    def __init__(self, desk: Desk, matter: Matter) -> None:
        self._desk = desk
        self._matter = matter

    @step("Tom answers")
    def answer(self) -> str:
        activity = self._desk.agent("tom").post(f"/tickets/{self._matter.number}/replies", {"text": ANSWER})
        ensure(activity["kind"] == "outgoing", f"the activity is '{activity['kind']}'")
        return f"POST /api/v1/tickets/{self._matter.number}/replies: 201, an outgoing activity"

    @step("The mail leaves, with the number in its subject and the thread in its headers")
    def mail_leaves(self) -> str:
        mail = self._desk.mail_about(f"[{self._matter.reference}]", to=SABINE)
        headers = {name.lower(): value for name, value in mail["headers"]}
        theirs = parsed(first_mail())["Message-ID"]
        self._matter.answer_id = headers.get("message-id", "")
        ensure(mail["mail_from"] == SUPPORT, f"its envelope sender is {mail['mail_from']}")
        ensure(SUPPORT in mail["from"], f"it comes from {mail['from']}")
        ensure(self._matter.answer_id not in {"", theirs}, "it has no Message-ID of its own")
        ensure(headers.get("in-reply-to") == theirs, f"its In-Reply-To is {headers.get('in-reply-to')}")
        ensure(theirs in headers.get("references", ""), f"its References are {headers.get('references')}")
        ensure(sorted(mail["recipients"]) == [MAX, SABINE], f"it went to {', '.join(mail['recipients'])}")
        ensure("240,80 €" in (mail["text"] or ""), "its text is not what Tom wrote")
        return f"mail viewer: '{mail['subject']}' to {' and '.join(mail['recipients'])}, In-Reply-To {theirs}"

    @step("Its mail server takes it over, and the status switches to Answered")
    def answered(self) -> str:
        tom, number = self._desk.agent("tom"), self._matter.number
        eventually("status Answered", lambda: tom.ticket(number)["status"]["name"] == "Answered" or None)
        (outgoing,) = _exactly(1, tom.history(number, "outgoing"), "outgoing activity")
        (change,) = _exactly(1, tom.history(number, "status_change"), "status change")
        states = {delivery["state"] for delivery in outgoing["deliveries"]}
        ensure(states == {"accepted"}, f"the states of the recipients are {sorted(states)}")
        was, now = change["changes"][0]["from"], change["changes"][0]["to"]
        ensure(now == "Answered", f"the status change leads to '{now}'")
        return f"in the history: one outgoing mail, accepted, and one status change from {was} to {now}"

    @step("The customer replies with only the number in the subject: the same ticket, and it is our turn again")
    def reply_by_number(self) -> str:
        subject = f"Noch eine Frage zu {self._matter.reference}"
        activity = self._lands(letter(SABINE, subject, "Wann kommt die Lieferung?\n"), "Wann kommt die Lieferung?")
        status = self._desk.agent("tom").ticket(self._matter.number)["status"]
        ensure(status["ball"] == "us", f"the ball is with '{status['ball']}', status {status['name']}")
        return f"status {status['name']}; {activity['explanation']}"

    @step("The customer replies with only the thread headers, no number: the same ticket")
    def reply_by_headers(self) -> str:
        mail = letter(SABINE, "Danke!", "Vielen Dank, das hilft uns.\n", answers=self._matter.answer_id)
        activity = self._lands(mail, "Vielen Dank, das hilft uns.")
        return str(activity["explanation"])

    def _lands(self, mail: bytes, text: str) -> Json:
        """Hand a mail of the customer over and wait until it is in the ticket."""
        answer = self._desk.hand_over(mail, sender=SABINE, to=SUPPORT)
        ensure(answer.startswith("250 "), f"SMTP answered {answer}")
        tom = self._desk.agent("tom")

        def there() -> Json | None:
            incoming = tom.history(self._matter.number, "incoming")
            return next((activity for activity in incoming if text in activity["text"]), None)

        return eventually(f"the reply in {self._matter.reference}", there)

    @step("A stranger with the right number in the subject gets a ticket of their own; the first stays as it was")
    def stranger(self) -> str:
        tom, number = self._desk.agent("tom"), self._matter.number
        before = _state(tom.ticket(number))
        mail = letter(STRANGER, f"Re: [{self._matter.reference}] invoice", "Please send me everything you have.\n")
        message_id = parsed(mail)["Message-ID"].strip("<>")
        answer = self._desk.hand_over(mail, sender=STRANGER, to=SUPPORT)
        ensure(answer.startswith("250 "), f"SMTP answered {answer}")

        def filed() -> Json | None:
            rows: list[Json] = tom.get("/mails")["items"]
            return next((row for row in rows if row["message_id"] == message_id and row["ticket_number"]), None)

        other = tom.ticket(eventually("a ticket for the stranger's mail", filed)["ticket_number"])
        ensure(other["number"] != number, f"the stranger got into {self._matter.reference}")
        follow_up = other["possible_follow_up_of"]
        ensure(follow_up is not None and follow_up["number"] == number, f"it possibly follows up {follow_up}")
        after = _state(tom.ticket(number))
        ensure(after == before, f"{self._matter.reference} has changed from {before} to {after}")
        first = f"{self._matter.reference} is still at version {before['version']}"
        return f"{other['reference']}, possibly a follow-up; {first}"


def _state(ticket: Json) -> Json:
    """What a stranger must not move; who an author is, crm-match may find out at any time."""
    return {
        "version": ticket["version"],
        "status": ticket["status"]["name"],
        "activities": [activity["id"] for activity in ticket["activities"]["items"]],
    }


def _exactly(count: int, found: list[Json], what: str) -> list[Json]:
    ensure(len(found) == count, f"the history has {len(found)} × {what} instead of {count}")
    return found
