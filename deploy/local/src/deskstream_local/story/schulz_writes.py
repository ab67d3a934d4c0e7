"""Scene 1, first act: a real mail becomes a ticket, and the right people are told."""

from functools import partial

from deskstream_local.story.doors import NOT_FOUND, Agent, Desk, Json, ensure, eventually
from deskstream_local.story.letters import SABINE, SUPPORT, first_mail, parsed
from deskstream_local.story.matter import Matter
from deskstream_local.story.telling import step

TOLD = ("tom", "anna")
"""The Standard subscribers of Support."""


class Arrival:
    """From the mail server's door to the people who are told."""

    def __init__(self, desk: Desk, matter: Matter) -> None:
        self._desk = desk
        self._matter = matter
        self._raw = first_mail()
        self._mail = parsed(self._raw)
        self._row: Json = {}
        self._before = ""

    @step("Sabine Schulz writes to support: a real mail comes in by SMTP")
    def mail_comes_in(self) -> str:
        self._before = self._desk.now()
        answer = self._desk.hand_over(self._raw, sender=SABINE, to=SUPPORT)
        ensure(answer.startswith("250 "), f"SMTP answered {answer}")
        return f"SMTP port {self._desk.where.smtp_port} took {len(self._raw)} bytes and answered {answer}"

    @step("The ledger has a row for it, which ends in a ticket")
    def ledger_row(self) -> str:
        tom = self._desk.agent("tom")
        message_id = self._mail["Message-ID"].strip("<>")

        def filed() -> Json | None:
            rows: list[Json] = tom.get("/mails")["items"]
            return next((row for row in rows if row["message_id"] == message_id and row["state"] == "ticket"), None)

        self._row = eventually(f"a ledger row 'ticket' for <{message_id}>", filed)
        self._matter.number = self._row["ticket_number"]
        ensure(self._row["kind"] == "human", f"the mail counts as {self._row['kind']}")
        return f"GET /api/v1/mails: state {self._row['state']}, account {self._row['account']}, from a human"

    @step("The raw mail is kept, byte for byte")
    def raw_mail(self) -> str:
        raw = self._desk.agent("tom").ask("GET", f"/mails/{self._row['id']}/raw").content
        ensure(raw == self._raw, f"the stored mail has {len(raw)} bytes and differs from the {len(self._raw)} sent")
        return f"GET /api/v1/mails/…/raw: the same {len(raw)} bytes, SHA-256 {self._row['raw_sha256'][:12]}…"

    @step("It is a ticket in Support, with a number")
    def ticket(self) -> str:
        matter = self._matter
        ticket = self._desk.agent("tom").ticket(matter.number)
        matter.reference, matter.subject = ticket["reference"], ticket["subject"]
        first = ticket["activities"]["items"][-1]
        ensure(matter.reference == f"DS-{matter.number}", f"the number is shown as {matter.reference}")
        ensure(ticket["channel"]["key"] == "support", f"it is in the channel {ticket['channel']['name']}")
        ensure(ticket["status"]["name"] == "New", f"its status is {ticket['status']['name']}")
        ensure(matter.subject == self._mail["Subject"], f"its subject is '{matter.subject}'")
        ensure(first["kind"] == "incoming", f"it begins with an activity '{first['kind']}'")
        self._attachment(first)
        return f"GET /api/v1/tickets/{matter.number}: {matter.reference} '{matter.subject}', status New"

    def _attachment(self, activity: Json) -> None:
        sent = next(self._mail.iter_attachments())
        files = [file["filename"] for file in activity["attachments"]]
        ensure(files == [sent.get_filename()], f"its files are {files}")
        path = f"/tickets/{self._matter.number}/attachments/{activity['attachments'][0]['sha256']}"
        got = self._desk.agent("tom").ask("GET", path).content
        ensure(got == sent.get_content(), "the attached file differs from the one that was sent")

    @step("crm-match knows the sender")
    def contact(self) -> str:
        tom = self._desk.agent("tom")

        def matched() -> Json | None:
            contact: Json | None = tom.ticket(self._matter.number)["contact"]
            return contact if contact and contact["id"] else None

        contact = eventually("a contact on the ticket", matched)
        who = (contact["name"], contact["company_name"])
        ensure(who == ("Sabine Schulz", "Familie Schulz"), f"the contact is {who}")
        return f"the ticket's contact is {contact['name']} of {contact['company_name']}"

    @step("Tom and Anna, Standard subscribers of Support, are told in the app")
    def told_in_the_app(self) -> str:
        for name in TOLD:
            agent = self._desk.agent(name)
            notice = eventually(f"a notification for {agent.name}", partial(_opened, agent, self._matter.number))
            ensure(notice["reasons"] == ["subscriber"], f"{agent.name} is told because of {notice['reasons']}")
        return "GET /api/v1/notifications: 'opened', because they subscribe to Support"

    @step("… and by mail")
    def told_by_mail(self) -> str:
        subjects = [
            self._desk.mail_about(self._matter.reference, to=f"{name}@desk.example", after=self._before)["subject"]
            for name in TOLD
        ]
        return f"mail viewer, to tom@ and anna@desk.example: '{subjects[0]}', which names {self._matter.reference}"

    @step("Viktor, who does not subscribe to Support, sees nothing of it")
    def hidden(self) -> str:
        viktor = self._desk.agent("viktor")
        viktor.get(f"/tickets/{self._matter.number}", expected=NOT_FOUND)
        ensure(not viktor.get("/tickets", q=self._matter.subject)["items"], "it is in Viktor's list of tickets")
        ensure(not viktor.notices(self._matter.number), "Viktor was told in the app")
        told = self._desk.find_mail(self._matter.reference, to=viktor.email, after=self._before)
        ensure(told is None, "Viktor was told by mail")
        return f"GET /api/v1/tickets/{self._matter.number} as Viktor: 404; not in his list, no notification, no mail"


def _opened(agent: Agent, number: int) -> Json | None:
    return next((notice for notice in agent.notices(number) if notice["kind"] == "opened"), None)
