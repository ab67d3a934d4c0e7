"""Deskstream on one machine: everything embedded, one command, one folder."""
