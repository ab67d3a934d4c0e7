"""The command line of the whole service: that of the staff, with what other nouns add to it."""

from tickets.desk.signing import cli as signing
from tickets.staff.cli import commands

__all__ = ["commands"]

commands.add_typer(signing.commands, name="mail-keys")

if __name__ == "__main__":
    commands()
