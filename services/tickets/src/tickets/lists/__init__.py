"""Lists: which tickets an agent sees, filtered and counted."""
