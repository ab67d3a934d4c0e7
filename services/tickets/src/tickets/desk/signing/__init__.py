"""Keys that sign our Message-IDs and reply addresses, so that an answer proves what it answers."""
