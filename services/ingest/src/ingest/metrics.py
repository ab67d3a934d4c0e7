"""What the mail service counts for Prometheus."""

from prometheus_client import Counter

RECEIVED = Counter("deskstream_mails_received_total", "Mails at the end of their SMTP data, by answer.", ["answer"])
PARSED = Counter("deskstream_mails_parsed_total", "Mails that were parsed or put into quarantine.", ["outcome"])
SENT = Counter("deskstream_mail_tries_total", "Verdicts of the relay, one for each recipient and try.", ["verdict"])
