"""Connects the doors of the desk with the app."""

from chassis.app import App
from tickets.desk import api, api_creation, api_glass, api_moving, attachments, handlers, jobs, rpc
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what the desk serves, listens to, answers and does by the clock."""
    app.serve(api.router, attachments.router, api_glass.router, api_moving.router, api_creation.router)
    handlers.listen(app, settings)
    rpc.answer(app, settings)
    jobs.schedule(app)
