"""Scene 2: Anna takes a call for sales, and Viktor, whose ticket it becomes, answers the customer by mail."""

from deskstream_local.story.doors import Desk, Json, ensure, eventually
from deskstream_local.story.telling import step

SALES = "sales@desk.example"
RUDOLF = "rudolf@riese.example"
ENQUIRY = "Herr Riese möchte ein neues Angebot über 40 Lizenzen. Er braucht es bis Freitag."
QUOTE = "Guten Tag Herr Riese,\n\nanbei unser Angebot über 40 Lizenzen.\n\nViele Grüße\nViktor Vertrieb\n"


class Enquiry:
    """From the call to the mail with the quote."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._contact: Json = {}
        self._ticket: Json = {}
        self._before = ""

    @step("Rudolf Riese calls; Anna finds his contact")
    def contact(self) -> str:
        self._before = self._desk.now()
        found = self._desk.agent("anna").get("/contacts", q="Riese")["items"]
        ensure(len(found) == 1, f"there are {len(found)} contacts for 'Riese'")
        self._contact = found[0]
        return f"GET /api/v1/contacts?q=Riese: {self._contact['name']}, {self._contact['company_name']}"

    @step("She opens a ticket from enquiry in Sales, with Viktor as its owner")
    def open(self) -> str:
        body = {
            "kind": "enquiry",
            "channel": "sales",
            "subject": "Neues Angebot",
            "text": ENQUIRY,
            "contact_id": self._contact["id"],
            "owner_id": self._desk.agent("viktor").id,
        }
        self._ticket = self._desk.agent("anna").post("/tickets", body)
        ensure(self._ticket["origin"] == "enquiry", f"its origin is '{self._ticket['origin']}'")
        ensure(self._ticket["owner"]["name"] == "Viktor Vertrieb", f"its owner is {self._ticket['owner']}")
        return f"POST /api/v1/tickets: {self._ticket['reference']} for {self._ticket['contact']['name']}"

    @step("Viktor is told, as the owner, in the app and by mail")
    def told(self) -> str:
        viktor = self._desk.agent("viktor")
        notices = eventually("a notification for Viktor", lambda: viktor.notices(self._ticket["number"]) or None)
        ensure("owner" in notices[0]["reasons"], f"Viktor is told because of {notices[0]['reasons']}")
        mail = self._desk.mail_about(self._ticket["reference"], to=viktor.email, after=self._before)
        return f"GET /api/v1/notifications: {' and '.join(notices[0]['reasons'])}; mail viewer: '{mail['subject']}'"

    @step("Nothing has gone to the customer")
    def nothing_outside(self) -> str:
        sent = self._desk.mails(to=RUDOLF, after=self._before)
        ensure(not sent, f"{RUDOLF} got '{sent[0]['subject'] if sent else ''}'")
        return f"mail viewer: no mail to {RUDOLF}"

    @step("Viktor writes the quote, and it goes to Rudolf by mail")
    def quote(self) -> str:
        number = self._ticket["number"]
        self._desk.agent("viktor").post(f"/tickets/{number}/replies", {"text": QUOTE})
        mail = self._desk.mail_about(f"[{self._ticket['reference']}]", to=RUDOLF, after=self._before)
        ensure(mail["recipients"] == [RUDOLF], f"it went to {mail['recipients']}")
        ensure(SALES in mail["from"], f"it comes from {mail['from']}")
        ensure("40 Lizenzen" in (mail["text"] or ""), "its text is not what Viktor wrote")
        return f"mail viewer: '{mail['subject']}' from {mail['from']} to {RUDOLF}"

    @step("The ticket is answered")
    def answered(self) -> str:
        viktor, number = self._desk.agent("viktor"), self._ticket["number"]
        eventually("status Answered", lambda: viktor.ticket(number)["status"]["name"] == "Answered" or None)
        kinds = [activity["kind"] for activity in reversed(viktor.ticket(number)["activities"]["items"])]
        ensure(kinds == ["incoming", "outgoing", "status_change"], f"its history is {kinds}")
        return f"GET /api/v1/tickets/{number}: {', '.join(kinds)}"
