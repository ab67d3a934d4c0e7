"""Outgoing mail: from the request to the word of the recipient's server."""
