"""Connects the doors of the desk with the app."""

from chassis.app import App
from tickets.desk import api, attachments, handlers, jobs, rpc
from tickets.desk.presence import api as presence
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what the desk serves, listens to, answers and does by the clock."""
    app.serve(api.router, attachments.router, presence.router)
    handlers.listen(app, settings)
    rpc.answer(app, settings)
    jobs.schedule(app)
