"""The mappings that the provider's people signed: who a vendor's names are, and what its products are."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path
from typing import Any

from . import catalogue
from .billing import client_in_psa, item_code
from .catalogue import METER_NAMES, SERVICES
from .faults import UNMAPPED_SKU
from .landing import client_in_agreements
from .plan import Client

ENTITY = "main"
COLUMNS = {
    "client_mappings": (
        "priority", "entity_id", "source_name", "vendor_name", "match_kind", "pattern", "client_reference",
        "action", "effective_from", "effective_to", "note",
    ),
    "service_mappings": (
        "priority", "entity_id", "source_name", "vendor_name", "match_kind", "pattern", "service_id",
        "units_per_unit", "action", "exclude_reason", "effective_from", "effective_to", "note",
    ),
    "services": (
        "service_id", "service_name", "unit", "service_kind", "product_id", "note",
    ),
}  # fmt: skip
SINCE = dt.date(2020, 1, 1)


def policy_rows(
    clients: list[Client], exchanged: tuple[Client, Client, dt.date]
) -> dict[str, list[dict[str, Any]]]:
    """Rows of each policy seed; `exchanged` are two clients whose account numbers changed places on a day."""
    return {
        "client_mappings": _clients(clients, exchanged),
        "service_mappings": _services(),
        "services": [
            {"service_id": service.id, "service_name": service.name, "unit": service.unit,
             "service_kind": service.kind, "product_id": f"stripe:{service.product}"}
            for service in SERVICES
        ],
    }  # fmt: skip


def _mapping(source: str, vendor: str | None, kind: str, pattern: str, **more: Any) -> dict[str, Any]:
    """A mapping row with what every one has."""
    return {"priority": 100, "entity_id": ENTITY, "source_name": source, "vendor_name": vendor, "match_kind": kind,
            "pattern": pattern.lower(), "action": "map", "effective_from": SINCE, **more}  # fmt: skip


def _clients(clients: list[Client], exchanged: tuple[Client, Client, dt.date]) -> list[dict[str, Any]]:
    """Names by vendor and source: in full, at the start, at the end, anywhere, and two that change places."""
    rows = []
    for client in clients:
        own, word = {"client_reference": client.id}, client.word.lower()
        counts, account = "vendor_counts", site(catalogue.BACKUP, client)
        rows.append(_mapping(counts, catalogue.LICENCES, "exact", client.name, **own))
        rows.append(_mapping(counts, catalogue.DEVICES, "prefix", f"{word} -", **own))
        rows.append(_mapping(counts, catalogue.STORAGE, "contains", f"-{word}-", **own))
        if account != client.id:
            rows.append(_mapping(counts, catalogue.BACKUP, "exact", account, **own))
        rows.append(_mapping("metering", None, "prefix", f"{word}.", **own))
        if client_in_agreements(client) != client.id:
            rows.append(_mapping("agreements", None, "exact", client.name, **own))
        if client.is_itemised_elsewhere:
            rows.append(_mapping("psa", None, "suffix", f"/{word}", **own))
    return _exchange(rows, *exchanged)


def site(vendor: str, client: Client) -> str:
    """A vendor's name for a client."""
    return catalogue.site_of(vendor, client.word, client.name, client.number, client.id)


def _exchange(rows: list[dict[str, Any]], first: Client, second: Client, day: dt.date) -> list[dict[str, Any]]:
    """A name means what it meant on the day: before it, either account number was the other client's."""
    earlier = []
    for client, before in ((first, second), (second, first)):
        account = site(catalogue.BACKUP, client).lower()
        current = next(row for row in rows if row["pattern"] == account)
        earlier.append({**current, "client_reference": before.id, "effective_to": day,
                        "note": "the vendor renumbered its accounts"})  # fmt: skip
        current["effective_from"] = day
    return rows + earlier


def _services() -> list[dict[str, Any]]:
    """Products of vendors and meters, one of them in packs of five, one of them left out."""
    rows = []
    for service in SERVICES:
        own = {"service_id": service.id, "units_per_unit": "1"}
        rows.append(_mapping("psa", None, "exact", item_code(service.id), **own))
        if service.vendor is None or service.sku is None:
            continue
        kind = "prefix" if service.vendor == catalogue.LICENCES else "exact"
        own["units_per_unit"] = str(service.units)
        rows.append(_mapping("vendor_counts", service.vendor, kind, service.sku, **own))
    licences = "vendor_counts", catalogue.LICENCES
    rows.append(_mapping(*licences, "suffix", "mail-5pack", service_id="mail_basic", units_per_unit="5",
                         priority=50, note="five mailboxes a pack"))  # fmt: skip
    rows.append(_mapping(*licences, "contains", "-free", action="exclude", exclude_reason="costs nothing"))
    for service_id, meter in METER_NAMES.items():
        source = "stripe" if service_id == "text_alerts" else "metering"
        if meter != service_id:
            rows.append(_mapping(source, None, "exact", meter, service_id=service_id, units_per_unit="1"))
    assert not any(UNMAPPED_SKU.lower().startswith(row["pattern"]) for row in rows)
    return rows


def write_policy(rows: dict[str, list[dict[str, Any]]], folder: Path) -> None:
    """One CSV file per seed, with the seed's columns."""
    folder.mkdir(parents=True, exist_ok=True)
    for seed, columns in COLUMNS.items():
        with (folder / f"{seed}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows[seed])
