"""Send what fct_alerts and the last run's controls say, once: new alerts, grown ones, and those that are over.

The addresses come from the environment variable TIEOUT_ALERT_URLS, in the notation of the apprise library
(slack://..., msteams://..., mailto://..., json://...), separated by blanks. They are never printed. What was said
is remembered in a state file, by target, so that nothing is said twice. Exit code 0: everything is said;
1: something could not be sent, and the next run tries again; 2: bad input.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import duckdb

from alerts.memory import Busy, Memory, locked
from alerts.messages import Message, digest, due
from alerts.reader import SEVERITIES, Reading, read


def _at_least(least: float):
    """A type of argument: a number from `least`."""

    def number(text: str) -> float:
        value = float(text)
        if not least <= value < float("inf"):
            raise argparse.ArgumentTypeError(f"must be at least {least:g}")
        return value

    return number


def build_parser() -> argparse.ArgumentParser:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__.split("\n")[0], epilog="Addresses: environment variable TIEOUT_ALERT_URLS."
    )
    parser.add_argument("--database", type=Path,
                        default=Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb")),
                        help="DuckDB file, opened read-only (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)")
    parser.add_argument("--schema", default="main", help="schema of the marts (default main)")
    parser.add_argument("--alerts", type=Path, metavar="FILE",
                        help="for other engines, what `dbt show --output json --limit -1` printed of all of fct_alerts")
    parser.add_argument("--run-results", type=Path, default=Path("target/run_results.json"),
                        help="dbt's record of the last run, for controls that are off (default"
                        " target/run_results.json; without the file nothing is said of controls)")
    parser.add_argument("--state", type=Path, default=Path("alerts_state.json"),
                        help="what was said so far; keep it between runs (default alerts_state.json)")
    parser.add_argument("--min-severity", choices=SEVERITIES, default="info", help="say nothing below (default info)")
    parser.add_argument("--growth", type=_at_least(1.0), default=1.5,
                        help="say an open alert again when its value is so many times what was said (default 1.5)")
    parser.add_argument("--digest", action="store_true", help="one message for all instead of one for each")
    parser.add_argument("--dry-run", action="store_true", help="print what would be sent; send and remember nothing")
    parser.add_argument("--tries", type=int, choices=range(1, 11), default=3, metavar="1-10",
                        help="how often a message is tried (default 3)")
    parser.add_argument("--wait", type=_at_least(0.0), default=2.0,
                        help="seconds before the second try, doubled before each further one (default 2)")
    parser.add_argument("--lock-wait", type=_at_least(0.0), default=60.0,
                        help="seconds to wait for another run to end (default 60)")
    return parser


def _print(messages: list[Message], as_digest: bool) -> None:
    """What a dry run shows."""
    if as_digest and messages:
        print("\n".join(digest(messages)))
        return
    for message in messages:
        print(f"{message.title}: {message.body}")
    if not messages:
        print("nothing to send")


def _remember(memory: Memory, target: str, messages: list[Message]) -> None:
    """Note what a target has been told, on disk before anything else is said."""
    told = memory.told.setdefault(target, {})
    for message in messages:
        if message.told is None:
            told.pop(message.alert_id, None)
        else:
            told[message.alert_id] = message.told
    memory.save()


def send_all(reading: Reading, memory: Memory, args: argparse.Namespace) -> int:
    """Send to every target what it has not been told; returns how many messages could not be sent.

    A target that takes nothing is left after its first failure; the others are not kept waiting.
    """
    from alerts.targets import read_targets

    # What could not be remembered would be said again, so nothing is said before the file has been written.
    memory.save()
    failed = sent = 0
    for target in read_targets(os.environ):
        messages = due(reading, memory.told.get(target.key, {}), args.min_severity, args.growth)
        if args.digest and messages:
            batches = [(messages, *digest(messages), _gravest(messages))]
        else:
            batches = [([one], one.title, one.body, one.severity if one.told else "closed") for one in messages]
        for position, (batch, title, body, kind) in enumerate(batches):
            if not target.send(kind, title, body, args.tries, args.wait):
                left = len(batches) - position
                failed += left
                print(f"send_alerts.py: {target.name} takes nothing after {args.tries} tries, {left} messages wait"
                      " for the next run", file=sys.stderr)
                break
            _remember(memory, target.key, batch)
            sent += 1
    print(f"{sent} messages sent, {failed} not")
    return failed


def _gravest(messages: list[Message]) -> str:
    """The severity under which a digest goes out: of what is open, else closed."""
    severities = [message.severity for message in messages if message.told]
    return max(severities, key=SEVERITIES.index, default="closed")


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code, with one line on stderr for whatever went wrong."""
    args = build_parser().parse_args(arguments)
    try:
        if args.dry_run:
            reading = read(args.database, args.run_results, args.schema, args.alerts)
            told: dict[str, dict] = {}
            for alerts in Memory(args.state).told.values():
                told.update(alerts)
            _print(due(reading, told, args.min_severity, args.growth), args.digest)
            return 0
        with locked(args.state, args.lock_wait):
            # Read behind the lock: what the run before this one said may be newer than what was true before it.
            reading = read(args.database, args.run_results, args.schema, args.alerts)
            return 1 if send_all(reading, Memory(args.state), args) else 0
    except Busy as error:
        print(f"send_alerts.py: {error}", file=sys.stderr)
        return 1
    except duckdb.Error as error:
        print(f"send_alerts.py: {args.database}: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    except (ValueError, OSError) as error:
        print(f"send_alerts.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
