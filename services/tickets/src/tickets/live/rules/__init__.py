"""What the live stream decides."""
