"""Scene 3: Tom finds a bug and opens an internal ticket, of which nobody outside ever hears."""

from deskstream_local.story.doors import CONFLICT, Desk, Json, ensure, eventually
from deskstream_local.story.telling import step

SUBJECT = "Export breaks off at 10,000 rows"
BUG = "The CSV export ends after 10,000 rows without a message. Seen today with the data of a large customer."


class Bug:
    """From the bug to the proof that it stayed in the house."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._ticket: Json = {}
        self._before = ""

    @step("Tom opens an internal ticket in Backend, with Dora as its owner")
    def open(self) -> str:
        self._before = self._desk.now()
        body = {
            "kind": "internal",
            "channel": "backend",
            "subject": SUBJECT,
            "text": BUG,
            "owner_id": self._desk.agent("dora").id,
        }
        self._ticket = self._desk.agent("tom").post("/tickets", body)
        ensure(self._ticket["origin"] == "internal", f"its origin is '{self._ticket['origin']}'")
        ensure(self._ticket["owner"]["name"] == "Dora Developer", f"its owner is {self._ticket['owner']}")
        return f"POST /api/v1/tickets: {self._ticket['reference']} in {self._ticket['channel']['name']}"

    @step("Dora is told in the app")
    def told(self) -> str:
        dora = self._desk.agent("dora")
        notices = eventually("a notification for Dora", lambda: dora.notices(self._ticket["number"]) or None)
        ensure("owner" in notices[0]["reasons"], f"Dora is told because of {notices[0]['reasons']}")
        return (
            f"GET /api/v1/notifications: '{notices[0]['kind']}', because she is {' and '.join(notices[0]['reasons'])}"
        )

    @step("An answer by mail is refused")
    def no_reply(self) -> str:
        path = f"/tickets/{self._ticket['number']}/replies"
        body = {"text": "Hello", "to": [{"address": "rudolf@riese.example"}]}
        problem = self._desk.agent("tom").post(path, body, expected=CONFLICT)
        return f"POST /api/v1{path}: 409 {problem['code']}: {problem['detail']}"

    @step("Dora writes a note, and Tom is told")
    def note(self) -> str:
        tom, number = self._desk.agent("tom"), self._ticket["number"]
        self._desk.agent("dora").post(f"/tickets/{number}/notes", {"text": "Found it: a limit in the query."})

        def told() -> Json | None:
            return next((notice for notice in tom.notices(number) if notice["kind"] == "note"), None)

        eventually("a notification for Tom", told)
        return f"POST /api/v1/tickets/{number}/notes: 201; GET /api/v1/notifications as Tom: 'note'"

    @step("Nobody outside got a mail: every mail since then went to agents of the desk")
    def nothing_outside(self) -> str:
        for name in ("dora", "tom"):  # when their notices have left, an answer would have left, too
            self._desk.mail_about(self._ticket["reference"], to=f"{name}@desk.example", after=self._before)
        agents = {agent["email"] for agent in self._desk.agent("tom").get("/agents")["items"]}
        mails = self._desk.mails(after=self._before)
        outside = sorted({address for mail in mails for address in mail["recipients"]} - agents)
        ensure(not outside, f"mails went to {', '.join(outside)}")
        return f"mail viewer: {len(mails)} mails, all to agents; 0 to anybody else"
