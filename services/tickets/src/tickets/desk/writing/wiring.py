"""Connects the doors of writing with the app."""

from chassis.app import App
from tickets.desk.writing import api_activities, api_drafts, api_letters, api_templates, api_uploads
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what is served; only the route that takes files takes so large a body."""
    app.serve(api_activities.router, api_drafts.router, api_letters.router, api_templates.router, api_uploads.router)
    app.take_files(api_uploads.PATH, limit=settings.upload_limit)
