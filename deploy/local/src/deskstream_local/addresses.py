"""The ports that people and mail servers use; the inner ones are free ones and nobody's business."""

import os
from collections.abc import Mapping
from dataclasses import dataclass

from chassis.embedded.ports import LOOPBACK, free_port, is_free


class PortTaken(RuntimeError):
    """A port that the desk needs is in use; the message names the variable that sets another."""


MAX_PORT = 65535


@dataclass(frozen=True, kw_only=True)
class Ports:
    """Where the desk listens: HTTP for people and programs, SMTP for mail coming in, SMTP for mail going out."""

    http: int
    smtp: int
    sink: int

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> "Ports":
        """8080, 2525 and 2526 unless the environment says otherwise. Raises `PortTaken` and ValueError."""
        return cls(
            http=_wanted(environment, "DESKSTREAM_PORT", 8080),
            smtp=_wanted(environment, "DESKSTREAM_SMTP_PORT", 2525),
            sink=_wanted(environment, "DESKSTREAM_SINK_PORT", 2526),
        )

    @classmethod
    def free(cls) -> "Ports":
        """Any ports that nobody uses now."""
        return cls(http=free_port(), smtp=free_port(), sink=free_port())

    @property
    def url(self) -> str:
        """Where browsers go."""
        return f"http://localhost:{self.http}"


def _wanted(environment: Mapping[str, str], variable: str, default: int) -> int:
    text = environment.get(variable, str(default))
    if not text.isdigit() or not 1 <= int(text) <= MAX_PORT:
        raise ValueError(f"{variable}={text} is not a port; give a number from 1 to {MAX_PORT}.")
    port = int(text)
    if not is_free(port):
        raise PortTaken(
            f"Port {port} on {LOOPBACK} is taken by another program. "
            f"Set {variable} to a free one, or let the desk choose: deskstream up --ports free"
        )
    return port
