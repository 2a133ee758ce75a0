"""Compare a pack with its manifest, and with what the database gives when it is made again."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from audit.pack import FORMAT, MANIFEST
from audit.tables import NotUsable, csv_rows


def read_pack(folder: Path) -> tuple[dict[str, Any], dict[str, bytes]]:
    """(manifest, files by path) of a pack's folder."""
    path = folder / MANIFEST
    if not path.is_file():
        raise NotUsable(f"{folder}: no {MANIFEST} here, so this is no pack")
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        listed = {entry["path"]: entry["sha256"] for entry in manifest["files"]}
        known = (
            manifest["format"],
            manifest["entity"],
            manifest["period"],
            manifest["sample"],
            manifest["seed"],
        )
    except (ValueError, KeyError, TypeError) as error:
        raise NotUsable(f"{path}: not the manifest of a pack ({str(error).splitlines()[0]})") from None
    if known[0] != FORMAT or not listed:
        raise NotUsable(f"{path}: format {known[0]}, this script reads {FORMAT}")
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes()
        for file in sorted(folder.rglob("*"))
        if file.is_file()
    }
    return manifest, files


def draw_of(manifest: dict[str, Any]) -> tuple[str, str, int, str]:
    """(company, period, items wanted, seed text) that a manifest names."""
    try:
        wanted = int(manifest["sample"])
    except (TypeError, ValueError):
        raise NotUsable(f"the manifest's sample is {manifest['sample']!r}, which is no number") from None
    return str(manifest["entity"]), str(manifest["period"]), wanted, str(manifest["seed"])


def against_manifest(manifest: dict[str, Any], files: dict[str, bytes]) -> dict[str, str]:
    """{path: finding} of what is missing, extra or changed; empty if all is as the manifest says."""
    findings = {}
    listed = {entry["path"]: entry for entry in manifest["files"]}
    for path, entry in listed.items():
        if path not in files:
            findings[path] = "missing"
        elif hashlib.sha256(files[path]).hexdigest() != entry["sha256"]:
            size = len(files[path])
            findings[path] = f"not what the manifest lists ({size} bytes, {entry['bytes']} listed)"
    findings |= {
        path: "not in the manifest" for path in sorted(files) if path not in listed and path != MANIFEST
    }
    return findings


def against_database(files: dict[str, bytes], derived: dict[str, bytes]) -> dict[str, str]:
    """{path: finding} of what differs from the pack made again, in the order a reader looks."""
    findings = {}
    for path, now in derived.items():
        if path not in files:
            findings[path] = "missing, but the database gives it"
        elif files[path] != now:
            findings[path] = difference(path, files[path], now)
    return findings | {
        path: "the database gives no such file" for path in sorted(files) if path not in derived
    }


def difference(path: str, packed: bytes, now: bytes) -> str:
    """Where two contents differ first; for a CSV the row, the column and both cells too."""
    length = min(len(packed), len(now))
    at = next((number for number in range(length) if packed[number] != now[number]), length)
    said = f"differs from the database at byte {at}"
    if not path.endswith(".csv"):
        return f"{said} ({len(packed)} bytes in the pack, {len(now)} now)"
    before, after = csv_rows(packed), csv_rows(now)
    for number, (old, new) in enumerate(zip(before, after)):
        if old == new:
            continue
        columns = after[0]
        for place, (was, is_now) in enumerate(zip(old, new)):
            if was != is_now:
                name = columns[place] if place < len(columns) else f"number {place + 1}"
                row = "header" if number == 0 else f"row {number}"
                return f"{said}, {row}, column {name}: {was!r} in the pack, {is_now!r} now"
        return f"{said}, row {number}: {len(old)} cells in the pack, {len(new)} now"
    if len(before) != len(after):
        return f"{said}: {len(before) - 1} rows in the pack, {len(after) - 1} now"
    return f"{said}: the same cells, written differently"


def other_tools(manifest: dict[str, Any], here: dict[str, str]) -> list[str]:
    """Tools of another version than the pack was made with, in words."""
    made_with = manifest.get("made_with") or {}
    return [
        f"{name} {made_with.get(name)} made the pack, {version} is here"
        for name, version in here.items()
        if made_with.get(name) != version
    ]
