"""Mail accounts: our own addresses, and where their mail goes."""
