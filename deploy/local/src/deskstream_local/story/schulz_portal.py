"""Scene 1, third act: the customer signs in to the portal by a link from a mail, reads and answers there."""

import re

from deskstream_local.story.doors import ACCEPTED, GONE, Desk, Json, ensure, eventually
from deskstream_local.story.letters import SABINE
from deskstream_local.story.matter import Matter
from deskstream_local.story.telling import step

NOTE = "Achtung: Kulanz nur bis 50 €, nicht weitersagen."
ANSWER = "Die Lieferung ist da, vielen Dank!"
LINK = re.compile(r"https?://\S+/portal/sign-in#(\S+)")


class PortalVisit:
    """From the request for a link to Tom, who is told of the answer."""

    def __init__(self, desk: Desk, matter: Matter) -> None:
        self._desk = desk
        self._matter = matter
        self._sabine = desk.customer()
        self._token = ""
        self._told_before: set[str] = set()

    @step("Tom writes an internal note")
    def note(self) -> str:
        path = f"/tickets/{self._matter.number}/notes"
        activity = self._desk.agent("tom").post(path, {"text": NOTE})
        ensure(activity["kind"] == "note", f"the activity is '{activity['kind']}'")
        return f"POST /api/v1{path}: 201"

    @step("Sabine asks the portal for a sign-in link, and it comes by mail")
    def link(self) -> str:
        before = self._desk.now()
        self._sabine.post("/sign-in-links", {"email": SABINE}, expected=ACCEPTED)
        mail = self._desk.mail_about("/portal/sign-in#", to=SABINE, after=before)
        found = LINK.search(mail["text"] or "")
        ensure(found is not None, f"the mail '{mail['subject']}' has no link")
        self._token = found[1] if found else ""
        return f"mail viewer, to {SABINE}: '{mail['subject']}'"

    @step("The link signs her in, once")
    def sign_in(self) -> str:
        self._sabine.get("/session", expected=401)
        session = self._sabine.post("/session", {"token": self._token})
        self._desk.customer().post("/session", {"token": self._token}, expected=GONE)
        return f"POST /portal/api/v1/session: 201 for {session['name']}; a second time: 410"

    @step("She sees the ticket without the internal note")
    def ticket(self) -> str:
        number = self._matter.number
        listed = [head["number"] for head in self._sabine.get("/tickets")["items"]]
        ensure(number in listed, f"her list has the tickets {listed}")
        ticket = self._sabine.get(f"/tickets/{number}")
        texts = [activity["text"] for activity in ticket["activities"]]
        sides = [activity["kind"] for activity in ticket["activities"]]
        ensure(NOTE not in "\n".join(texts), "the internal note is shown to the customer")
        ensure(sides == ["from_you", "from_us", "from_you", "from_you"], f"what she sees is {sides}")
        return f"GET /portal/api/v1/tickets/{number}: {len(sides)} activities, status '{ticket['status']}'"

    @step("She answers in the portal, and the answer is in the ticket")
    def answer(self) -> str:
        tom, number = self._desk.agent("tom"), self._matter.number
        self._told_before = {notice["id"] for notice in tom.notices(number)}
        submission = self._sabine.post(f"/tickets/{number}/replies", {"text": ANSWER})

        def filed() -> Json | None:
            seen = self._sabine.get(f"/submissions/{submission['id']}")
            return seen if seen["state"] != "submitted" else None

        seen = eventually("the answer in the ticket", filed)
        ensure(seen["state"] == "filed", f"the answer was refused: {seen['refusal']}")
        newest = tom.history(number, "incoming")[0]
        ensure(newest["text"] == ANSWER, f"the newest incoming activity is '{newest['text']}'")
        return f"POST /portal/api/v1/tickets/{number}/replies: 201, filed; {newest['explanation']}"

    @step("Tom is told")
    def told(self) -> str:
        tom = self._desk.agent("tom")

        def told() -> Json | None:
            notices = tom.notices(self._matter.number)
            return next((n for n in notices if n["kind"] == "incoming" and n["id"] not in self._told_before), None)

        notice = eventually("a notification for Tom", told)
        return f"GET /api/v1/notifications: '{notice['kind']}' on {self._matter.reference}"
