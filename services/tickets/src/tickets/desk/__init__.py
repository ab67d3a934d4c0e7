"""The desk: tickets, their activities, and everything that is done to them."""
