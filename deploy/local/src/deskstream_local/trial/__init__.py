"""A whole desk for tests and measurements: start one, send it mails, break it, and look at what became of them."""
