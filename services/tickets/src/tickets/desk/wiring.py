"""Connects the doors of the desk with the app."""

from chassis.app import App
from tickets.desk import (
    api,
    api_creation,
    api_glass,
    api_moving,
    api_reminders,
    api_tags,
    attachments,
    bodies,
    handlers,
    jobs,
    rpc,
)
from tickets.desk.presence import api as presence
from tickets.desk.reading import api as reading
from tickets.desk.structure import api as structure
from tickets.desk.writing import wiring as writing
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what the desk serves, listens to, answers and does by the clock."""
    app.serve(api.router, attachments.router, bodies.router, api_glass.router, api_moving.router, api_creation.router)
    app.serve(api_reminders.router, api_tags.router, structure.router, presence.router, reading.router)
    writing.wire(app, settings)
    handlers.listen(app, settings)
    rpc.answer(app, settings)
    jobs.schedule(app, settings)
