"""The priorities that come with an installation (CF-05)."""

LOW, NORMAL, HIGH, URGENT = "low", "normal", "high", "urgent"
"""Their keys, the least urgent first; an administrator may rename, switch off and add, so code asks for none of them
but ``NORMAL``, which a ticket has until somebody or the default says otherwise."""
