"""The services of the desk by name; the supervisor imports no contracts, so a test compares the two."""

SERVICES = ("tickets", "ingest", "crm_match", "notify", "portal")


def prefix(service: str) -> str:
    """What the service's variables begin with: ``CRM_MATCH_``."""
    return f"{service.upper()}_"
