"""The messages of Deskstream: events and requests, their subjects, their streams, and who may use them."""
