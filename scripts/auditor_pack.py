"""Write an auditor's pack of one company and one month, or verify one.

    python scripts/auditor_pack.py --period 2024-06 --entity main --out FOLDER
    python scripts/auditor_pack.py verify FOLDER

The pack is read from a built database, which is opened for reading only, and from the project's files: proofs of
every account, open differences, decisions and rules in force, counts and hashes, the compiled SQL, and a sample of
each population with its trail down to the raw rows; as CSV, as one workbook, with a manifest of SHA-256. Its
README says how to read it. Two packs of the same data are equal byte by byte.

verify compares every file with the manifest, makes the pack again from the database and names the first byte
that differs in each file (for a CSV also the row and the column). --files-only needs no database.

Exit code: 0 written, or all verified; 1 verify found a difference; 2 input that cannot be used, nothing is written.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Sequence

import duckdb

from audit.checks import NOTE, TIES
from audit.pack import MANIFEST, Pack, build, tools
from audit.tables import NotUsable
from audit.verify import against_database, against_manifest, draw_of, other_tools, read_pack
from audit.warehouse import open_warehouse, scope_of

DATABASE = Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb"))


def add_inputs(parser: argparse.ArgumentParser) -> None:
    """Where the database and the project are."""
    parser.add_argument(
        "--database", type=Path, default=DATABASE,
        help="DuckDB file that dbt built (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)",
    )  # fmt: skip
    parser.add_argument("--project", type=Path, default=Path("."), help="the project's folder (default .)")
    parser.add_argument(
        "--target", type=Path, help="dbt's target folder of the build (default: target of the project)"
    )
    parser.add_argument("--schema", default="main", help="schema of the marts (default main)")


def parser_of_pack() -> argparse.ArgumentParser:
    """The command line that writes a pack."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--period", required=True, metavar="YYYY-MM", help="the month")
    parser.add_argument("--entity", required=True, help="the company, as entity_id names it")
    parser.add_argument(
        "--out", required=True, type=Path, metavar="FOLDER", help="folder to write; new or empty"
    )
    parser.add_argument(
        "--sample", type=int, default=25, metavar="N", help="items per population (default 25)"
    )
    parser.add_argument("--seed", default="tieout", help="text that decides the draw (default tieout)")
    add_inputs(parser)
    return parser


def parser_of_verify() -> argparse.ArgumentParser:
    """The command line of `verify`."""
    parser = argparse.ArgumentParser(prog="auditor_pack.py verify", description="Verify an auditor's pack.")
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="the pack")
    parser.add_argument(
        "--files-only", action="store_true", help="compare with the manifest only, without a database"
    )
    add_inputs(parser)
    return parser


def derive(
    args: argparse.Namespace, draw: tuple[str, str, int, str], made_with: dict[str, str] | None = None
) -> tuple[Pack, dict[str, str]]:
    """(the pack, versions of the tools here); `draw` is company, period, items wanted and seed text."""
    target = args.target or Path(os.environ.get("DBT_TARGET_PATH") or args.project / "target")
    warehouse = open_warehouse(args.database, target, args.schema)
    try:
        scope = scope_of(warehouse, *draw)
        return build(warehouse, scope, args.project, target, made_with), tools(warehouse)
    except duckdb.Error as error:
        raise NotUsable(f"{args.database}: {str(error).splitlines()[0]}") from None
    finally:
        warehouse.connection.close()


def write(files: dict[str, bytes], out: Path) -> None:
    """Write all files into a new folder beside `out`, then give it that name: the whole pack or none of it."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise NotUsable(f"{out}: not an empty folder; a pack is written into a new one")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
    except OSError as error:
        raise NotUsable(f"{out}: {error.strerror or error}") from None
    try:
        for path, content in files.items():
            place = partial / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        partial.chmod(0o755)
        if out.exists():
            out.rmdir()
        partial.rename(out)
    except OSError as error:
        raise NotUsable(f"{out}: {error.strerror or error}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def write_pack(args: argparse.Namespace) -> int:
    """Write a pack and print whether the period ties."""
    if not 1 <= args.sample <= 10_000:
        raise NotUsable(f"--sample {args.sample}: 1 to 10000 items per population")
    if args.out.exists() and (not args.out.is_dir() or any(args.out.iterdir())):
        raise NotUsable(f"{args.out}: not an empty folder; a pack is written into a new one")
    pack, _ = derive(args, (args.entity, args.period, args.sample, args.seed))
    write(pack.files, args.out)
    width = max(len(check.name) for check in pack.checks)
    print(pack.sentence)
    for check in pack.checks:
        sign = {TIES: "ok  ", NOTE: "note"}.get(check.finding, "RED ")
        print(f"{sign}  {check.name:{width}}  {check.words}")
    size = sum(map(len, pack.files.values()))
    print(f"{len(pack.files)} files, {size:,} bytes in {args.out}")
    print(f"{hashlib.sha256(pack.files[MANIFEST]).hexdigest()}  {MANIFEST}")
    return 0


def verify_pack(args: argparse.Namespace) -> int:
    """Verify a pack; exit code 1 with one line per file that differs."""
    manifest, files = read_pack(args.folder)
    findings = against_manifest(manifest, files)
    if not args.files_only:
        pack, here = derive(args, draw_of(manifest), manifest.get("made_with"))
        for line in other_tools(manifest, here):
            print(f"auditor_pack.py: note: {line}; the bytes may differ for that reason", file=sys.stderr)
        derived = against_database(files, pack.files)
        for path, finding in derived.items():
            findings[path] = f"{findings[path]}; {finding}" if path in findings else finding
        findings = {
            path: findings[path] for path in [*derived, *(path for path in findings if path not in derived)]
        }
    for path, finding in findings.items():
        print(f"{path}: {finding}")
    if findings:
        return 1
    what = (
        "as the manifest says"
        if args.files_only
        else "as the manifest says, and as the database gives them again"
    )
    print(f"{len(files)} files of {manifest['entity']}, {manifest['period']}: {what}, byte by byte")
    print(f"{hashlib.sha256(files[MANIFEST]).hexdigest()}  {MANIFEST}")
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Write or verify; input that cannot be used is one line and exit code 2."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if words[:1] == ["verify"]:
            return verify_pack(parser_of_verify().parse_args(words[1:]))
        return write_pack(parser_of_pack().parse_args(words))
    except NotUsable as error:
        print(f"auditor_pack.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
