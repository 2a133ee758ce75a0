"""The generated provider: the same for the same seed, complete in its raw tables, and off only where labels say so.

The raw tables are rated a second time here, from nothing but themselves and the mappings, in whole
numbers and row by row, so that what the labels call right does not rest on the generator alone.
"""

from __future__ import annotations

import csv
import datetime as dt
import subprocess
import sys
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any, Iterator

import pytest
from conftest import PROJECT_ROOT

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from company.msp import LABEL_COLUMNS, Provider, generate_provider  # noqa: E402
from company.msp.catalogue import SERVICES, VENDORS  # noqa: E402
from company.msp.faults import FAULTS, parse_rates  # noqa: E402
from company.msp.rating import Terms, Tier, half_up, rate  # noqa: E402
from company.tables import COLUMNS, key_of  # noqa: E402

COMMAND = [sys.executable, str(PROJECT_ROOT / "scripts" / "generate_msp.py")]
START = dt.date(2024, 1, 1)
Key = tuple[str, str, dt.date]


def provider_of(seed: int, faults: str, clients: int = 40, months: int = 6) -> Provider:
    return generate_provider(seed, clients, months, START, parse_rates(faults))


@pytest.fixture(scope="module")
def provider() -> Provider:
    return provider_of(7, "default")


@pytest.fixture(scope="module")
def clean() -> Provider:
    return provider_of(7, "none")


def rows(provider: Provider, name: str) -> Iterator[dict[str, Any]]:
    table = provider.tables[name]
    return (dict(zip(table, values)) for values in zip(*table.values()))


class Reader:
    """The raw tables as a reader of the mappings understands them."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.customers = set(provider.tables["stripe.customer"]["id"])
        self.services = {row["service_id"]: row for row in provider.policy["services"]}
        self.last = max(provider.tables["vendor_counts.unit_count"]["count_date"])

    def meaning(self, seed: str, source: str, vendor: str | None, name: str, day: dt.date) -> dict[str, Any] | None:
        """The mapping row that decides a name on a day."""
        found = [
            row for row in self.provider.policy[seed]
            if row["source_name"] == source and row["vendor_name"] in (None, vendor)
            and row["effective_from"] <= day and not (row.get("effective_to") and row["effective_to"] <= day)
            and fits(row["match_kind"], row["pattern"], name.lower())
        ]  # fmt: skip
        return min(found, key=lambda row: (row["priority"], -len(row["pattern"]))) if found else None

    def client(self, source: str, vendor: str | None, name: str, day: dt.date) -> str | None:
        row = self.meaning("client_mappings", source, vendor, name, day)
        return row["client_reference"] if row else name if name in self.customers else None

    def service(self, source: str, vendor: str | None, name: str, day: dt.date) -> tuple[str | None, Decimal]:
        row = self.meaning("service_mappings", source, vendor, name, day)
        if row is None:
            return (name if name in self.services else None), Decimal(1)
        return row.get("service_id"), Decimal(row.get("units_per_unit") or 1)

    def counts(self) -> dict[tuple[str, str], Counter[dt.date]]:
        """Billable units by client and service and day."""
        units: dict[tuple[str, str], Counter[dt.date]] = defaultdict(Counter)
        known: dict[Any, Any] = {}
        for row in rows(self.provider, "vendor_counts.unit_count"):
            vendor, day = row["vendor_name"], row["count_date"]
            name = (vendor, row["client_reference"], row["service_reference"], day.month)
            if name not in known:
                known[name] = (self.client("vendor_counts", vendor, name[1], day),
                               *self.service("vendor_counts", vendor, name[2], day))  # fmt: skip
            client, service, factor = known[name]
            is_billable = row["licence_kind"] == "standard" and row["cancelled_on"] is None
            if client and service and is_billable:
                units[client, service][day] += int(row["quantity"] * factor * 1000)
        return units

    def used(self) -> Counter[Key]:
        """Metered units by client, service and month: what came twice once."""
        seen: set[tuple[Any, ...]] = set()
        total: Counter[Key] = Counter()
        for row in rows(self.provider, "metering.usage_event"):
            content = (row["meter_name"], row["client_reference"], row["quantity"], row["occurred_at"])
            if content in seen:
                continue
            seen.add(content)
            day = row["occurred_at"].date()
            client = self.client("metering", None, row["client_reference"], day)
            service, _ = self.service("metering", None, row["meter_name"], day)
            total[client, service, day.replace(day=1)] += int(row["quantity"])
        for row in rows(self.provider, "stripe.meter_event_summary"):
            day = row["start_time"].date()
            service, _ = self.service("stripe", None, row["meter_name"], day)
            total[row["customer_id"], service, day.replace(day=1)] += int(row["aggregated_value"])
        return total


def fits(kind: str, pattern: str, name: str) -> bool:
    return {"exact": name == pattern, "prefix": name.startswith(pattern), "suffix": name.endswith(pattern),
            "contains": pattern in name}[kind]  # fmt: skip


def months_of(provider: Provider) -> list[tuple[dt.date, dt.date]]:
    last = max(provider.tables["vendor_counts.unit_count"]["count_date"])
    firsts = [START.replace(month=month) for month in range(1, last.month + 2)]
    return list(zip(firsts, firsts[1:]))


def rerated(provider: Provider) -> dict[Key, int]:
    """Cents due by client, service and month, for months whose invoice was written."""
    reader = Reader(provider)
    counts, used = reader.counts(), reader.used()
    tiers: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows(provider, "agreements.agreement_tier"):
        tiers[row["agreement_line_id"]].append(row)
    due: dict[Key, int] = defaultdict(int)
    months = months_of(provider)
    for line in rows(provider, "agreements.agreement_line"):
        client = reader.client("agreements", None, line["client_reference"], START)
        service = line["service_reference"]
        assert client and service in reader.services
        written = months if line["billing_timing"] == "advance" else months[:-1]
        for first, until in written:
            start, end = max(line["effective_from"], first), min(line["effective_to"] or until, until)
            if start >= end:
                continue
            days = [first + dt.timedelta(days=number) for number in range((until - first).days)]
            days = [day for day in days if start <= day < end]
            share = Fraction(1)
            if line["quantity_basis"] == "committed":
                thousandths = Fraction(int(line["committed_quantity"]) * 1000)
                if line["proration"] == "daily":
                    share = Fraction(len(days), (until - first).days)
            elif line["quantity_basis"] == "metered":
                thousandths = Fraction(used[client, service, first] * 1000)
            else:
                held = [counts[client, service][day] for day in days]
                thousandths = {
                    "maximum": Fraction(max(held)), "last": Fraction(held[-1]),
                    "daily_average": Fraction(half_up(Fraction(sum(held) * 1000, len(days))), 1000),
                }[line["count_measure"]]  # fmt: skip
            due[client, service, first] += cents_of(line, tiers[line["agreement_line_id"]], thousandths * share)
    return {key: cents for key, cents in due.items() if cents}


def cents_of(line: dict[str, Any], tiers: list[dict[str, Any]], thousandths: Fraction) -> int:
    """A month of one version; prices in thousandths of a cent times thousandths of a unit, unit by unit of a tier."""
    left = max(Fraction(0), thousandths - 1000 * (line["included_quantity"] or 0))
    if line["pricing_model"] == "package":
        size = 1000 * line["package_size"]
        packages = int(left / size) + (left % size > 0)
        exact = packages * Fraction(line["unit_price"]) * 100
    elif line["pricing_model"] == "per_unit":
        exact = left * Fraction(line["unit_price"]) / 10
    else:
        exact, reached = Fraction(0), Fraction(0)
        for tier in sorted(tiers, key=lambda row: row["tier_number"]):
            top = left if tier["up_to_quantity"] is None else min(left, Fraction(1000 * tier["up_to_quantity"]))
            if top <= reached:
                continue
            flat = Fraction(tier["flat_amount"] or 0) * 100
            if line["pricing_model"] == "volume":
                exact = left * Fraction(tier["unit_price"]) / 10 + flat
            else:
                exact += (top - reached) * Fraction(tier["unit_price"]) / 10 + flat
            reached = top
    cents = int(exact + Fraction(1, 2))
    return max(cents, int(100 * (line["minimum_amount"] or 0)))


def invoiced(provider: Provider) -> dict[Key, int]:
    """Cents invoiced by client, service and month, from billing's lines and from those that itemise one of them."""
    reader, found = Reader(provider), defaultdict(int)
    customer_of = {row["id"]: row["customer_id"] for row in rows(provider, "stripe.invoice")}
    product_of = {row["id"]: row["product_id"] for row in rows(provider, "stripe.price")}
    service_of = {row["product_id"]: row["service_id"] for row in provider.policy["services"]}
    for row in rows(provider, "stripe.invoice_line_item"):
        service = service_of.get(product_of[row["price_id"]])
        if service:
            found[customer_of[row["invoice_id"]], service, row["period_start"].date()] += row["amount"]
    for row in rows(provider, "psa.invoice_line"):
        client = reader.client("psa", None, row["client_reference"], row["period_start"])
        service, _ = reader.service("psa", None, row["service_reference"], row["period_start"])
        assert client and service
        found[client, service, row["period_start"]] += int(row["amount"] * 100)
    return {key: cents for key, cents in found.items() if cents}


def differences(provider: Provider) -> dict[Key, int]:
    """Invoiced less due in cents, where they are not the same."""
    due, billed = rerated(provider), invoiced(provider)
    found = {key: billed.get(key, 0) - due.get(key, 0) for key in due.keys() | billed.keys()}
    return {key: cents for key, cents in found.items() if cents}


def test_the_same_seed_gives_the_same_provider(provider):
    again = provider_of(7, "default")
    assert (again.tables, again.policy, again.labels) == (provider.tables, provider.policy, provider.labels)


def test_another_seed_gives_another_provider(provider):
    assert provider_of(8, "default").tables["psa.invoice_line"] != provider.tables["psa.invoice_line"]


def test_the_provider_has_the_size_that_was_asked_for(provider):
    assert len(provider.tables["stripe.customer"]["id"]) == 40
    assert len(SERVICES) == 25 and {deal.service for deal in provider.deals} == set(SERVICES)
    assert set(provider.tables["vendor_counts.unit_count"]["vendor_name"]) == set(VENDORS)
    dates = provider.tables["vendor_counts.unit_count"]["count_date"]
    assert (min(dates), max(dates)) == (START, dt.date(2024, 6, 30))


def test_every_model_basis_measure_and_kind_of_agreement_occurs(provider):
    lines = list(rows(provider, "agreements.agreement_line"))
    for column, values in {
        "pricing_model": {"per_unit", "graduated", "volume", "package"},
        "quantity_basis": {"committed", "vendor_count", "metered"},
        "count_measure": {None, "daily_average", "maximum", "last"},
        "proration": {"none", "daily"},
        "billing_timing": {"advance", "arrears"},
        "agreement_kind": {"standard", "client_specific", "trial", "internal"},
    }.items():
        assert {line[column] for line in lines} == values
    for column in ("included_quantity", "minimum_amount", "bundled_in_service_reference", "effective_to"):
        assert any(line[column] is not None for line in lines), column
    used = {row["match_kind"] for rows in provider.policy.values() for row in rows if "match_kind" in row}
    assert used == {"exact", "prefix", "suffix", "contains"}


def test_events_are_reported_late_and_twice_and_taken_back_without_being_a_fault(clean):
    events = list(rows(clean, "metering.usage_event"))
    contents = Counter((row["client_reference"], row["meter_name"], row["occurred_at"], row["quantity"]) for row in events)
    assert sum(number > 1 for number in contents.values()) > 10
    taken_back = [row for row in events if row["corrects_event_id"] is not None]
    assert len(taken_back) > 10 and all(row["quantity"] < 0 for row in taken_back)
    assert {row["corrects_event_id"] for row in taken_back} < {row["event_id"] for row in events}
    delays = [row["recorded_at"] - row["occurred_at"] for row in events]
    assert sum(delay > dt.timedelta(days=1) for delay in delays) > 100


def test_two_clients_change_names_with_a_vendor_on_a_day(provider):
    ends = {row["pattern"]: row for row in provider.policy["client_mappings"] if row.get("effective_to")}
    assert len(ends) == 2
    for pattern, before in ends.items():
        reader, day = Reader(provider), before["effective_to"]
        earlier, later = (reader.client("vendor_counts", "Reststead", pattern.upper(), one)
                          for one in (day - dt.timedelta(days=1), day))  # fmt: skip
        assert earlier == before["client_reference"] and later not in (None, earlier)


def test_tables_have_the_columns_and_unique_keys_of_the_contract(provider):
    for name, table in provider.tables.items():
        assert list(table) == list(COLUMNS[name]), name
        keys = list(zip(*(table[column] for column in key_of(name))))
        assert len(set(keys)) == len(keys), name


def test_the_lines_of_the_other_system_sum_to_the_line_of_billing(provider):
    itemised: Counter[str] = Counter()
    for row in rows(provider, "psa.invoice_line"):
        itemised[row["invoice_number"]] += int(row["amount"] * 100)
    lines: dict[str, list[int]] = defaultdict(list)
    for row in rows(provider, "stripe.invoice_line_item"):
        lines[row["invoice_id"]].append(row["amount"])
    billed = {row["number"]: lines[row["id"]] for row in rows(provider, "stripe.invoice") if row["number"] in itemised}
    assert billed == {number: [cents] for number, cents in itemised.items()} and len(billed) > 40


def test_a_clean_provider_invoices_what_its_raw_tables_come_to(clean):
    assert len(rerated(clean)) > 1_500
    assert differences(clean) == {}
    assert {label["label_class"] for label in clean.labels} == {"context"}


def test_a_faulty_provider_is_off_by_what_the_labels_say_and_nowhere_else(provider):
    # These leave the invoice as agreed: what is off lies elsewhere.
    as_agreed = {"count_above_agreement", "price_below_cost", "client_unmapped", "service_unmapped"}
    labelled = {
        (label["client_id"], label["service_id"], label["period_start_date"]): int(label["amount"] * 100)
        for label in provider.labels if label["label_class"] == "fault" and label["kind"] not in as_agreed
    }  # fmt: skip
    assert differences(provider) == labelled


def test_every_kind_of_fault_and_context_occurs_once_at_most_for_a_client_service_and_month(provider):
    faults = [label for label in provider.labels if label["label_class"] == "fault"]
    assert {label["kind"] for label in faults} == set(FAULTS)
    places = [(label["client_id"], label["service_id"], label["period_start_date"]) for label in provider.labels]
    assert len(set(places)) == len(places)
    assert {label["expected"] for label in provider.labels if label["label_class"] == "context"} == {
        "temporary_licence", "recently_cancelled", "bundled_service", "client_specific_agreement", "trial",
        "internal_use", "inactive_seat",
    }  # fmt: skip
    assert all(label["amount"] for label in faults)


def test_what_is_unmapped_is_what_the_labels_name(provider):
    reader, unknown = Reader(provider), Counter()
    for row in rows(provider, "vendor_counts.unit_count"):
        client, sku, vendor, day = (row[name] for name in (
            "client_reference", "service_reference", "vendor_name", "count_date"))  # fmt: skip
        if reader.client("vendor_counts", vendor, client, day) is None:
            unknown[client, day.replace(day=1)] += row["quantity"]
        if reader.meaning("service_mappings", "vendor_counts", vendor, sku, day) is None:
            unknown[sku, day.replace(day=1)] += row["quantity"]
    days = {first: (until - first).days for first, until in months_of(provider)}
    labelled: Counter[Any] = Counter()
    for label in provider.labels:
        if label["expected"] == "mapping_missing":
            month = label["period_start_date"]
            labelled[label["reference"], month] += -int(label["units"]) * days[month]
    assert unknown == labelled and len(labelled) > 3


@pytest.mark.parametrize(("terms", "measured", "quantity", "cents"), [
    (Terms("per_unit", Decimal("3.35")), "7", "7", 2_345),
    (Terms("per_unit", Decimal("0.125")), "0.1", "0.1", 1),
    (Terms("per_unit", Decimal("28.40"), included=1), "4", "3", 8_520),
    (Terms("per_unit", Decimal("28.40"), included=5), "4", "0", 0),
    (Terms("per_unit", Decimal("4.75"), minimum=Decimal("45")), "9", "9", 4_500),
    (Terms("per_unit", Decimal("4.75"), minimum=Decimal("45")), "10", "10", 4_750),
    (Terms("package", Decimal("7.90"), package=100), "100", "100", 790),
    (Terms("package", Decimal("7.90"), package=100), "100.01", "200", 1_580),
    (Terms("package", Decimal("7.90"), package=100, included=50), "151", "200", 1_580),
    (Terms("graduated", tiers=(Tier(10, Decimal("2.85")), Tier(None, Decimal("2.40")))), "12", "12", 3_330),
    (Terms("graduated", tiers=(Tier(10, Decimal(1)), Tier(None, Decimal(0), Decimal(5)))), "10", "10", 1_000),
    (Terms("graduated", tiers=(Tier(10, Decimal(1)), Tier(None, Decimal(0), Decimal(5)))), "11", "11", 1_500),
    (Terms("volume", tiers=(Tier(10, Decimal("9.80")), Tier(None, Decimal("8.90")))), "10", "10", 9_800),
    (Terms("volume", tiers=(Tier(10, Decimal("9.80")), Tier(None, Decimal("8.90")))), "11", "11", 9_790),
])  # fmt: skip
def test_the_rating_agrees_with_figures_worked_out_by_hand(terms, measured, quantity, cents):
    rated = rate(terms, Fraction(measured))
    assert (rated.billable, rated.cents) == (Fraction(quantity), cents)


def test_a_part_of_a_month_is_rated_by_its_days_and_rounded_once():
    rated = rate(Terms("per_unit", Decimal("10.00")), Fraction(3), Fraction(10, 31))
    assert (rated.billable, rated.cents) == (Fraction(967_742, 1_000_000), 968)


def test_the_command_writes_tables_policies_and_labels(tmp_path):
    done = subprocess.run([*COMMAND, "--clients", "12", "--months", "4", "--out", str(tmp_path)],
                          capture_output=True, text=True, check=True)  # fmt: skip
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        assert tuple(csv.DictReader(file).fieldnames or ()) == LABEL_COLUMNS
    assert "36 tables" in done.stdout or f"{len(COLUMNS)} tables" in done.stdout
    for seed in ("client_mappings", "service_mappings", "services"):
        header = (tmp_path / "policy" / f"{seed}.csv").read_text(encoding="utf-8").splitlines()[0]
        assert header == (PROJECT_ROOT / "seeds" / "policy" / f"{seed}.csv").read_text(encoding="utf-8").splitlines()[0]


@pytest.mark.parametrize("arguments", [
    ["--clients", "3"], ["--months", "2"], ["--faults", "nonsense=1"], ["--faults", "late_events=2"],
    ["--faults", "late_events"], ["--start", "2024-01-02"],
])  # fmt: skip
def test_bad_arguments_end_with_one_line_and_code_2(tmp_path, arguments):
    done = subprocess.run([*COMMAND, *arguments, "--out", str(tmp_path)], capture_output=True, text=True)
    assert done.returncode == 2 and "error: " in done.stderr.splitlines()[-1] and "Traceback" not in done.stderr
