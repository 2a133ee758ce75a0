"""Build a generated company of any size and time its matching alone: seconds and items per tier, peak memory.

Everything the matching reads is built first and not counted. Then one dbt process builds the matching models, from
the decisions and windows to the status of every item. Seconds of a tier are the sum over its models, which run side
by side in the profile's threads, so the sum may exceed the wall time. One run, one machine: figures to read beside
each other, not a promise.

Exit code: 0 done, 1 a limit was exceeded (--max-seconds, --max-memory), 2 input that cannot be read or built.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import yaml

ROOT = Path(__file__).resolve().parents[1]
DBT = str(Path(sys.executable).with_name("dbt"))
LAST = "int_item_statuses"
GIVEN = ("int_expected_items", "int_recorded_items", "int_source_health_by_day")
# What a model of the matching works for, by its name; the first pattern that fits counts.
TIERS = (
    (r"decision|decided", "0 decisions"),
    (r"fx_timing", "4 fx timing"),
    (r"prorat", "5 prorations"),
    (r"by_reference|contested|assignments", "1 to 4 by reference"),
    (r"structur", "6 structural"),
    (r"one_sided|reversal", "8 one-sided"),
    (r"residue_after", "what is left over"),
    (r"group|membership|payout|covering|neighbour", "7 groups"),
    (r"last_resort", "9 last resort"),
    (r"windows|business_days|due_dates|settlement_lags", "windows and days"),
    (r"outages|inconclusive", "late sources"),
    (r"items$|match_members|match_totals|matches$|statuses$", "items and results"),
)
TIER_NAMES = {
    0: "decision", 1: "exact", 2: "other day", 3: "tolerance", 4: "fx timing", 5: "proration", 6: "structural",
    7: "group", 8: "one-sided", 9: "by reference only",
}  # fmt: skip
MATCHED = """
    with matchable as (
        select item_id, leg from int_expected_items where is_matchable
        union all
        select item_id, leg from int_recorded_items where is_matchable
    )

    select matches.match_tier, count(*), count(*) filter (where matchable.leg = 'ledger')
    from matchable
    left join int_match_members as matches on matchable.item_id = matches.item_id
    group by all
"""


class Failed(Exception):
    """A step that did not end well, in one line."""


@dataclass(frozen=True)
class Timing:
    """One dbt process: wall seconds, seconds from its first to its last model, CPU seconds, peak memory in bytes."""

    wall: float
    sequence: float
    processor: float
    memory: int
    models: dict[str, float]


def run(command: list[str], environment: dict[str, str]) -> tuple[float, float, int, str]:
    """Run a command; return its wall and its own CPU seconds, its own peak memory in bytes and its output."""
    began = time.perf_counter()
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        seconds = time.perf_counter() - began
        output.seek(0)
        text = output.read()
    if process.returncode:
        said = [line.strip() for line in text.splitlines() if line.strip()]
        first = next((at for at, line in enumerate(said) if "Error" in line), max(len(said) - 1, 0))
        raise Failed(f"{Path(command[0]).name} {command[1]} failed: {' '.join(said[first : first + 3])}")
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, text


def dbt(folder: Path, database: Path, *arguments: str) -> tuple[float, float, int, str]:
    """Run one dbt command on a database of raw tables, with the profile of the folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("DBT_")}
    environment |= {
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "TIEOUT_DUCKDB_PATH": str(database.resolve()),
        "TIEOUT_TEMP_DIRECTORY": str(folder / "spill"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "target"),
        "DBT_PROFILES_DIR": str(folder),
    }
    return run([DBT, *arguments, "--quiet", "--no-use-colors", "--vars", "demo: false"], environment)


def write_profile(folder: Path, threads: int | None, memory_limit: str | None) -> None:
    """The project's own profile, with other threads and a limit on DuckDB's memory where one is asked for."""
    profiles = yaml.safe_load((ROOT / "profiles.yml").read_text(encoding="utf-8"))
    for output in profiles["tieout"]["outputs"].values():
        if threads:
            output["threads"] = threads
        if memory_limit:
            output.setdefault("settings", {})["memory_limit"] = memory_limit
    (folder / "profiles.yml").write_text(yaml.safe_dump(profiles), encoding="utf-8")


def matching_models(folder: Path, database: Path) -> list[str]:
    """Names of the models behind the items, up to the statuses."""
    upstream = [f"+{name}" for name in GIVEN]
    *_, text = dbt(
        folder, database, "ls", "--resource-type", "model", "--output", "name",
        "--select", f"+{LAST}", "--exclude", *upstream,
    )  # fmt: skip
    return [line for line in text.split() if line.startswith("int_")]


def time_matching(folder: Path, database: Path, models: list[str]) -> Timing:
    """Build the matching models in one dbt process."""
    wall, processor, memory, _ = dbt(folder, database, "run", "--select", *models)
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    moments = [
        datetime.fromisoformat(step[moment].replace("Z", "+00:00"))
        for result in results
        for step in result["timing"]
        for moment in ("started_at", "completed_at")
    ]
    seconds = {result["unique_id"].split(".")[-1]: result["execution_time"] for result in results}
    return Timing(wall, (max(moments) - min(moments)).total_seconds(), processor, memory, seconds)


def tier_of(model: str) -> str:
    """The tier a model works for."""
    return next((tier for pattern, tier in TIERS if re.search(pattern, model)), "other")


def seconds_by_tier(models: dict[str, float]) -> dict[str, float]:
    """Seconds per tier of TIERS."""
    tiers: dict[str, float] = defaultdict(float)
    for model, seconds in models.items():
        tiers[tier_of(model)] += seconds
    return dict(tiers)


def items_by_tier(database: Path) -> tuple[int, int, list[tuple[int, int, int]]]:
    """(items, ledger items, [(tier, items that reach it, items it links)]); items of both sides, none ignored."""
    with duckdb.connect(str(database), read_only=True) as connection:
        counts = connection.execute(MATCHED).fetchall()
    left = items = sum(count for _, count, _ in counts)
    linked = {tier: count for tier, count, _ in counts}
    rows = []
    for tier in TIER_NAMES:
        rows.append((tier, left, linked.get(tier, 0)))
        left -= linked.get(tier, 0)
    return items, sum(ledger for _, _, ledger in counts), rows


def report(timing: Timing, items: int, ledger: int, rows: list[tuple[int, int, int]], slowest: int) -> str:
    """Everything as text."""
    lines = [
        f"{items:,} items to match, {ledger:,} of them on the ledger leg, both sides together",
        f"{timing.sequence:.1f} s from the first model to the last, {timing.wall:.1f} s with dbt's start, "
        f"{timing.processor:.1f} s of CPU",
        f"peak memory of the process: {timing.memory / 1024**3:.2f} GB",
        "",
        f"{'models of tier':22} {'seconds':>8}",
    ]
    by_tier = seconds_by_tier(timing.models)
    lines += [f"{tier:22} {by_tier[tier]:8.1f}" for tier in sorted(by_tier)]
    lines += ["", f"{'tier':22} {'items that reach it':>19} {'share':>8} {'linked':>11} {'share':>8}"]
    for tier, reached, linked in rows:
        name = f"{tier} {TIER_NAMES[tier]}"
        share = [part / items if items else 0 for part in (reached, linked)]
        lines.append(f"{name:22} {reached:19,} {share[0]:8.2%} {linked:11,} {share[1]:8.2%}")
    alone = rows[-1][1] - rows[-1][2]
    lines.append(f"{'in no match':22} {alone:19,} {alone / items if items else 0:8.2%}")
    lines += ["", f"{'slowest models':34} {'seconds':>8}"]
    ranked = sorted(timing.models.items(), key=lambda entry: (-entry[1], entry[0]))
    lines += [f"{model:34} {seconds:8.1f}" for model, seconds in ranked[:slowest]]
    return "\n".join(lines)


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the script."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--customers", type=int, default=12000, help="size of the company (default 12000)")
    parser.add_argument("--months", type=int, default=15, help="length of its life (default 15)")
    parser.add_argument("--seed", type=int, default=3, help="the same seed gives the same company (default 3)")
    parser.add_argument("--faults", default="default", help="what to plant: none, default or rates (default: default)")
    parser.add_argument("--keep", type=Path, help="file to keep the database in")
    parser.add_argument("--database", type=Path,
                        help="a database kept before: its matching is built again")
    parser.add_argument("--upstream", action="store_true",
                        help="with --database: build what the matching reads again as well")
    parser.add_argument("--threads", type=int, help="threads of dbt and DuckDB (default: the project's profile)")
    parser.add_argument("--memory-limit", help="DuckDB's memory_limit for the matching, e.g. 3GB (default: its own)")
    parser.add_argument("--slowest", type=int, default=8, help="models to list (default 8)")
    parser.add_argument("--max-seconds", type=float, help="fail when the models take longer, first to last")
    parser.add_argument("--max-memory", type=float, help="fail when the process needs more, in GB")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Generate, build what the matching reads, time the matching, print."""
    args = build_parser().parse_args(arguments)
    try:
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            write_profile(folder, args.threads, None)
            database = args.database or args.keep or folder / "company.duckdb"
            if args.database is None:
                if database.exists():
                    raise Failed(f"{database} exists: use it with --database, or name another file")
                generate(args, database, folder)
            elif not database.is_file():
                raise Failed(f"{database} is no file")
            models = matching_models(folder, database)
            if args.database is None or args.upstream:
                seconds, *_ = dbt(
                    folder, database, "build", "--full-refresh", "--exclude-resource-type", "test", "unit_test",
                    "--select", f"+{LAST}", "--exclude", *models,
                )  # fmt: skip
                print(f"built what the matching reads in {seconds:.1f} s", flush=True)
            write_profile(folder, args.threads, args.memory_limit)
            timing = time_matching(folder, database, models)
            items, ledger, rows = items_by_tier(database)
    except (Failed, duckdb.Error, OSError) as error:
        print(f"benchmark_matching.py: {' '.join(str(error).split())}", file=sys.stderr)
        return 2
    print(report(timing, items, ledger, rows, args.slowest))
    exceeded = [
        f"{what} {value:.1f} exceeds {limit:.1f}"
        for what, value, limit in (
            ("seconds:", timing.sequence, args.max_seconds),
            ("memory in GB:", timing.memory / 1024**3, args.max_memory),
        )
        if limit is not None and value > limit
    ]
    if exceeded:
        print("\n" + "\n".join(exceeded))
    return 1 if exceeded else 0


def generate(args: argparse.Namespace, database: Path, folder: Path) -> None:
    """Generate the company into a database file."""
    seconds, *_ = run(
        [sys.executable, "scripts/generate_company.py", "--seed", str(args.seed), "--customers", str(args.customers),
         "--months", str(args.months), "--faults", args.faults, "--out", str(database.resolve()),
         "--labels", str(folder / "labels.csv"), "--format", "duckdb"],
        dict(os.environ),
    )  # fmt: skip
    print(f"generated in {seconds:.1f} s", flush=True)


if __name__ == "__main__":
    sys.exit(main())
