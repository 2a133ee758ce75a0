"""Build a generated company of any size and print the seconds each layer took and the peak memory.

One run, one machine: the figures are ratios to read beside each other, not a promise. Everything is
written to a temporary folder and removed.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parents[1]
COUNTED = "select count(*) from stripe.invoice"


def layer_of(unique_id: str, paths: dict[str, str]) -> str:
    """The layer a node belongs to: two folders for models, the resource type for the rest."""
    kind = unique_id.split(".")[0]
    if kind != "model":
        return {"seed": "seeds", "test": "data tests", "unit_test": "unit tests"}.get(kind, kind)
    return "/".join(Path(paths[unique_id]).parts[1:3])


def seconds_by_layer(target: Path) -> dict[str, tuple[int, float]]:
    """{layer: (nodes, seconds)} of dbt's last run; two threads, so the sum exceeds the wall time."""
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    nodes = json.loads((target / "manifest.json").read_text(encoding="utf-8"))["nodes"]
    paths = {key: node["original_file_path"] for key, node in nodes.items()}
    layers: dict[str, list[float]] = defaultdict(list)
    for result in results:
        layers[layer_of(result["unique_id"], paths)].append(result["execution_time"])
    return {layer: (len(times), sum(times)) for layer, times in layers.items()}


def run(command: list[str], environment: dict[str, str]) -> float:
    """Seconds a command took; raises SystemExit with its last lines when it fails."""
    began = time.perf_counter()
    done = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.exit(f"{' '.join(command[:2])} failed:\n" + "\n".join(done.stdout.splitlines()[-20:]))
    return time.perf_counter() - began


def main(arguments: list[str] | None = None) -> int:
    """Generate, build, print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--customers", type=int, default=12000, help="about 8 invoices each")
    parser.add_argument("--months", type=int, default=15)
    parser.add_argument("--seed", type=int, default=3)
    parser.add_argument("--faults", default="none")
    args = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        database, target = Path(folder) / "company.duckdb", Path(folder) / "target"
        environment = dict(
            os.environ,
            TIEOUT_DUCKDB_PATH=str(database),
            TIEOUT_TEMP_DIRECTORY=str(Path(folder) / "spill"),
            DBT_TARGET_PATH=str(target),
            DBT_LOG_PATH=str(target),
            DBT_PROFILES_DIR=str(ROOT),
        )
        generated = run(
            [sys.executable, "scripts/generate_company.py", "--seed", str(args.seed),
             "--customers", str(args.customers), "--months", str(args.months),
             "--faults", args.faults, "--out", str(database), "--format", "duckdb"],
            environment,
        )  # fmt: skip
        memory_before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        dbt = str(Path(sys.executable).with_name("dbt"))
        built = run(
            [dbt, "build", "--vars", "demo: false", "--exclude-resource-type", "unit_test"],
            environment,
        )
        memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
        layers = seconds_by_layer(target)
        counted = invoices_in(database)
    print(f"{counted:,} invoices, generated in {generated:.1f} s, built and tested in {built:.1f} s")
    print(f"peak memory of a child process: {max(memory, memory_before) / 1024**2:.1f} GB")
    print(f"{'layer':28} {'nodes':>6} {'seconds':>8} {'share':>6}")
    total = sum(seconds for _, seconds in layers.values())
    for layer, (nodes, seconds) in sorted(layers.items(), key=lambda item: -item[1][1]):
        print(f"{layer:28} {nodes:6} {seconds:8.1f} {seconds / total:6.0%}")
    return 0


def invoices_in(database: Path) -> int:
    """Invoices in the raw table."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(COUNTED).fetchone()[0]


if __name__ == "__main__":
    sys.exit(main())
