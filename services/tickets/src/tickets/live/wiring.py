"""Connects the live stream with the app."""

from chassis.app import App
from contracts.notify import NotificationsAdded, NotificationsRead
from tickets.live import api
from tickets.live.broadcast import Broadcast
from tickets.live.hub import Hub
from tickets.settings import Settings


def wire(app: App, settings: Settings) -> None:
    """Declare what the live stream serves and hears."""
    hub = Hub(most=settings.live_streams, most_of_agent=settings.live_streams_of_agent)
    broadcast = Broadcast(app, hub)
    app.serve(api.routes(broadcast))
    app.bus.hear(NotificationsAdded, broadcast.hear_added)
    app.bus.hear(NotificationsRead, broadcast.hear_read)
    app.beside_api("live stream", broadcast.run, end=broadcast.stop)
