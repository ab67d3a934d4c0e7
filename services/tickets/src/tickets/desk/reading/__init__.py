"""What each agent has read of a ticket."""
