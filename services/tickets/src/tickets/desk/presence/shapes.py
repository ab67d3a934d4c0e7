"""What presence takes and gives."""

from datetime import datetime
from uuid import UUID

from typing_extensions import TypedDict

from chassis.inputs import Input
from tickets.desk.presence.words import Present


class PresenceIn(Input):
    """What I do in the ticket."""

    state: Present


class PresentAgent(TypedDict):
    """An agent who is in a ticket right now."""

    id: UUID
    name: str
    state: Present


class PresenceOut(TypedDict):
    """Who is in a ticket. Say again within ``refresh_seconds`` that you are still there; ``until`` is when it ends."""

    number: int
    agents: list[PresentAgent]
    until: datetime
    refresh_seconds: int


class TicketPresence(TypedDict):
    """Who is in a ticket."""

    number: int
    agents: list[PresentAgent]


class PresenceList(TypedDict):
    """The tickets among those asked for in which somebody is, and that the agent may see."""

    items: list[TicketPresence]
