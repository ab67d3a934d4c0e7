"""The three scenes in their order."""

from deskstream_local.story.bug import Bug
from deskstream_local.story.doors import Desk
from deskstream_local.story.enquiry import Enquiry
from deskstream_local.story.matter import Matter
from deskstream_local.story.schulz_answers import Answering
from deskstream_local.story.schulz_portal import PortalVisit
from deskstream_local.story.schulz_writes import Arrival
from deskstream_local.story.telling import Scene


def scenes(desk: Desk) -> tuple[Scene, ...]:
    """The scenes of everyday work on this desk, each of which can be played once."""
    matter = Matter()
    return (
        Scene(
            title="The Schulz family writes to support",
            requirement="TC-21",
            acts=(Arrival(desk, matter), Answering(desk, matter), PortalVisit(desk, matter)),
        ),
        Scene(title="A call for sales becomes a ticket", requirement="TC-22", acts=(Enquiry(desk),)),
        Scene(title="A bug stays in the house", requirement="TC-23", acts=(Bug(desk),)),
    )
