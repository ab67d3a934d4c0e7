"""The command that sends a desk its first mail: it needs nothing but Python, and can be copied into any shell."""

TO = "support@desk.example"
SENDER = "grace@customer.example"


def first_mail(port: int) -> str:
    """The command for a desk that takes mail at this port; without exclamation marks, which shells would expand."""
    mail = f"From: Grace <{SENDER}>\\r\\nTo: {TO}\\r\\nSubject: The printer is on fire\\r\\n\\r\\nPlease help."
    return f"python3 -c \"import smtplib; smtplib.SMTP('127.0.0.1', {port}).sendmail('{SENDER}', ['{TO}'], '{mail}')\""
