"""What the mail service decides: bytes in, values out; no database, no bus, no clock."""
