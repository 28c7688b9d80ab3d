"""Commands and SQL, for the driver and the lines."""

from __future__ import annotations

import os
import subprocess


class Failed(Exception):
    """Something that the run needs did not work; the message says what and what was printed."""


def command(words: list[str], *, environment: dict[str, str] | None = None, limit: float = 600, directory: str | None = None) -> str:
    """Runs a command and gives its standard output."""
    try:
        done = subprocess.run(
            [str(word) for word in words], env={**os.environ, **(environment or {})}, cwd=directory, capture_output=True, text=True, timeout=limit)
    except subprocess.TimeoutExpired as expired:
        raise Failed(f"{words[0]} did not end within {limit:g} s") from expired
    except OSError as error:
        raise Failed(f"{words[0]} could not be started: {error}") from error
    if done.returncode != 0:
        tail = "\n".join((done.stderr or done.stdout).strip().splitlines()[-12:])
        raise Failed(f"{' '.join(map(str, words[:3]))} … ended with {done.returncode}:\n{tail}")
    return done.stdout


def sql(url: str, text: str) -> str:
    """Runs SQL with psql and gives the rows, columns parted by |."""
    return command(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", url, "-c", text]).strip()
