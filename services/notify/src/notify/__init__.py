"""The notification service: who is told what, and by which way."""
