"""What the terminal shows: each step while it is done, and at the end one screen with all that one needs to know."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deskstream_local.credentials import Credentials
from deskstream_local.first_mail import first_mail
from deskstream_local.home import Home, RunState
from deskstream_local.memory import family, megabytes
from deskstream_local.people import People


class Screen:
    """Writes to the terminal, or plain lines where there is none."""

    def __init__(self) -> None:
        self._console = Console(highlight=False)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Show a step and how long it took."""
        began = time.monotonic()
        with self._console.status(f"{title} …"):
            yield
        self._console.print(f"[green]✓[/] {title} [dim]{time.monotonic() - began:.1f} s[/]")

    def say(self, text: str) -> None:
        """A line for the reader; it is not markup."""
        self._console.print(escape(text), soft_wrap=True)

    def refuse(self, text: str) -> None:
        """Why nothing happened, and what to do."""
        self._console.print(f"[red]✗[/] {escape(text)}", soft_wrap=True)

    def is_up(self, state: RunState, home: Home, *, seconds: float) -> None:
        """The one screen."""
        facts = Table.grid(padding=(0, 2))
        for name, text in (
            ("Staff app", state.url),
            ("About this desk", f"{state.url}/dev"),
            ("Mails that left", f"{state.url}/dev/mails"),
            ("Customer portal", f"{state.url}/portal"),
            ("Staff API", f"{state.url}/api/v1/docs"),
            ("Portal API", f"{state.url}/portal/api/v1/docs"),
            ("Logs", escape(str(home.log("any").parent))),
        ):
            facts.add_row(f"[bold]{name}[/]", text)
        self._console.print(f"\n[bold green]Deskstream is running[/] [dim](after {seconds:.1f} s)[/]\n")
        self._console.print(facts)
        self.sign_ins(home)
        self._console.print("\n[bold]Send it a first mail[/] (from another terminal):")
        self.say(first_mail(state.smtp_port))
        self._console.print("\nCtrl-C stops everything; the data stays.")

    def sign_ins(self, home: Home) -> None:
        """Who can sign in on a demo desk, and how."""
        people = People.read(home.people)
        if not people.agents:
            return
        password = Credentials(home.credentials).get("demo")
        self._console.print(f"\n[bold]Agents[/] sign in at the staff app. Password: {password}")
        table = Table.grid(padding=(0, 2))
        for agent in people.agents:
            table.add_row(f"  {escape(agent.name)}", escape(agent.email), f"[dim]{escape(agent.role)}[/]")
        self._console.print(table)
        customers = " and ".join(escape(customer.email) for customer in people.customers)
        self._console.print("[bold]Customers[/] sign in at the portal with a link, which comes to the mails that left:")
        self._console.print(f"  {customers}")

    def processes(self, state: RunState) -> None:
        """The parts of a running desk, with what they hold in memory."""
        table = Table("Process", "PID", "State", "Restarts", "Memory", box=None, padding=(0, 2))
        others = set(family(state.pid))
        for process in state.processes:
            own = family(process.pid) if process.pid else ()
            others -= set(own)
            ready = "[green]ready[/]" if process.ready else "[yellow]starting[/]"
            used = f"{megabytes(*own):.0f} MB"
            table.add_row(process.name, str(process.pid or "–"), ready, str(process.restarts), used)
        table.add_row("supervisor", str(state.pid), "", "", f"{megabytes(*others):.0f} MB")
        self._console.print(f"Deskstream runs as process {state.pid} at {state.url}")
        self._console.print(table)
        together = megabytes(*family(state.pid))
        self._console.print(f"[dim]Together {together:.0f} MB; memory that processes share counts once.[/]")
