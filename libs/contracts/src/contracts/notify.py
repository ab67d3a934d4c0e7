"""What the notification service tells: nothing yet; it only listens."""
