"""Mail accounts and every mail in and out."""
