"""Received mail: from the SMTP dialogue to the closed row of the ledger."""
