"""What was said to whom: a JSON file that is replaced as a whole, behind a lock that two runs cannot both hold."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from .reader import SEVERITIES

_VERSION = 1


class Busy(Exception):
    """Another run holds the lock."""


def _checked(said: dict[str, Any]) -> dict[str, Any]:
    """What was said of one alert; KeyError, TypeError or ValueError for something else."""
    if said["severity"] not in SEVERITIES:
        raise ValueError("another severity")
    return {
        "severity": said["severity"], "value": float(said["value"]),
        **{name: str(said[name]) for name in ("rule", "where", "subject")},
    }  # fmt: skip


class Memory:
    """Alerts that a target believes to be open: {target: {alert id: {severity, value, ...}}}."""

    def __init__(self, path: Path) -> None:
        """Read the file, or start with nothing said; ValueError for a file of another kind."""
        self.path = path
        self.told: dict[str, dict[str, dict[str, Any]]] = {}
        if path.exists():
            try:
                content = json.loads(path.read_text(encoding="utf-8"))
                if content["version"] != _VERSION:
                    raise ValueError("another version")
                self.told = {
                    target: {alert_id: _checked(said) for alert_id, said in alerts.items()}
                    for target, alerts in content["told"].items()
                }
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise ValueError(f"{path} is no state file of send_alerts.py") from error

    def save(self) -> None:
        """Replace the file: a run that is killed leaves the old one or the new one."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        content = json.dumps({"version": _VERSION, "told": self.told}, indent=1, sort_keys=True) + "\n"
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=self.path.name, suffix=".new")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise


@contextmanager
def locked(path: Path, wait: float) -> Iterator[None]:
    """Hold `<path>.lock` inside the block; Busy when another run still has it after `wait` seconds.

    The lock ends with the process that holds it, however that ends; the file stays.
    """
    lock = path.with_name(path.name + ".lock")
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w", encoding="utf-8") as file:
        deadline = time.monotonic() + wait
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError as error:
                if time.monotonic() >= deadline:
                    raise Busy(f"another run holds {lock}") from error
                time.sleep(0.1)
        yield
