"""Contacts, companies, and who a sender is."""
