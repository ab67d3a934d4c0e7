"""The settings of the staff: what hashing a password costs."""

from pydantic import Field

from chassis.settings import ServiceSettings
from tickets.staff.passwords import Cost


class StaffSettings(ServiceSettings):
    """The cost of Argon2id. After a change hashes are renewed one by one, as agents sign in."""

    password_memory_kib: int = Field(default=65_536, ge=8, description="Memory in KiB that hashing a password takes.")
    password_passes: int = Field(default=3, ge=1, description="Passes over that memory.")
    password_lanes: int = Field(default=1, ge=1, le=16, description="Threads that work on one password.")
    passwords_at_once: int = Field(default=2, ge=1, le=64, description="Passwords that one process hashes at a time.")

    @property
    def password_cost(self) -> Cost:
        """The four values as one."""
        return Cost(
            memory_kib=self.password_memory_kib,
            passes=self.password_passes,
            lanes=self.password_lanes,
            at_once=self.passwords_at_once,
        )
