"""Where messages go: addresses of the apprise library, read from the environment and never shown."""

from __future__ import annotations

import hashlib
import logging
import time
import warnings
from collections.abc import Mapping

import apprise

VARIABLE = "TIEOUT_ALERT_URLS"
_TYPES = {
    "info": apprise.NotifyType.INFO,
    "warning": apprise.NotifyType.WARNING,
    "critical": apprise.NotifyType.FAILURE,
    "closed": apprise.NotifyType.SUCCESS,
}


class Target:
    """One address; `name` tells it from the others without giving it away, `key` is what it is remembered by."""

    def __init__(self, number: int, url: str) -> None:
        """Raises ValueError, without the address, for one that the library cannot read."""
        # Their messages name hosts and paths; what went wrong is said here instead.
        for library in ("apprise", "urllib3", "requests"):
            logging.getLogger(library).setLevel(logging.CRITICAL + 1)
        asset = apprise.AppriseAsset(app_id="tieout", app_desc="tieout alerts", secure_logging=True, async_mode=False)
        plugin = apprise.Apprise.instantiate(url, asset=asset, suppress_exceptions=True)
        if plugin is None:
            raise ValueError(f"{VARIABLE}: address {number} is none that apprise understands")
        self.name = f"address {number} ({plugin.service_name})"
        self.key = hashlib.sha256(url.encode()).hexdigest()[:16]
        self._apprise = apprise.Apprise(asset=asset)
        self._apprise.add(plugin)

    def send(self, kind: str, title: str, body: str, tries: int, wait: float) -> bool:
        """Whether the message was taken, after as many tries; between them `wait` seconds, doubled each time."""
        for attempt in range(tries):
            if attempt:
                time.sleep(wait * 2 ** (attempt - 1))
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    taken = self._apprise.notify(
                        body=body, title=title, notify_type=_TYPES[kind], body_format=apprise.NotifyFormat.TEXT
                    )
            except Exception:  # noqa: BLE001 - whatever a plugin raises, the address must not show in a traceback
                taken = False
            if taken:
                return True
        return False


def read_targets(environment: Mapping[str, str]) -> list[Target]:
    """The targets of TIEOUT_ALERT_URLS, separated by blanks or line ends, each once.

    Raises ValueError when the variable is not set or an address cannot be read; the text never holds an address.
    """
    urls = list(dict.fromkeys(environment.get(VARIABLE, "").split()))
    if not urls:
        raise ValueError(f"{VARIABLE} is not set: give it one or more apprise addresses, separated by blanks")
    return [Target(number, url) for number, url in enumerate(urls, start=1)]
