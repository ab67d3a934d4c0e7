"""What changes something in the portal."""
