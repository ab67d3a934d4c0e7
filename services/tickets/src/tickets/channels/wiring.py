"""Connects the doors of channels with the app."""

from chassis.app import App
from tickets.channels import api, api_groups, api_workflows
from tickets.settings import Settings


def wire(app: App, _settings: Settings) -> None:
    """Declare what channels serve."""
    app.serve(api.router, api_groups.router, api_workflows.router)
