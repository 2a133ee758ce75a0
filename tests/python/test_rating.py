"""Rating against an oracle that walks through the days in exact fractions, and against published figures.

The compiled models run over tables of their own: hundreds of random agreement lines of two companies, with
overlaps, counts of two vendors that skip days, corrections, late usage, tiers, packages, minimums and three
currencies, in one go. The oracle knows nothing of parts, divisors and spans.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from functools import partial
from math import ceil
from pathlib import Path
from random import Random
from typing import Any, Iterator, NamedTuple

import duckdb
import pytest
from conftest import PROJECT_ROOT, DbtRun

pytestmark = pytest.mark.dbt

LINES = 1_000
MILLION = 1_000_000
MONTHS = [date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1)]
FIRST_DAY, DAYS = date(2024, 1, 1), 91
AS_OF = {"main": date(2024, 3, 31), "other": date(2024, 3, 11)}
EXPONENTS = {"USD": 2, "JPY": 0, "KWD": 3}
CARRY_DAYS = {"alpha": 3, "beta": 31}
GRACE = timedelta(minutes=60)
PRICES = ["7", "6.5", "0.005", "0.0004", "12.34", "1.005", "0.0000000001", "0", "99.99"]
MODELS = (
    "int_agreement_tiers", "int_agreement_tier_facts", "int_agreement_flaws", "int_agreement_spans",
    "int_agreement_periods", "int_vendor_count_days", "int_counted_days", "int_counted_usage",
    "int_usage_cutoffs", "int_metered_usage", "int_measured_usage", "int_billable_usage",
    "int_rated_tiers", "int_unit_costs", "int_rated_amounts", "int_rated_usage",
)  # fmt: skip
TABLES = {
    "entities": "source_name text, source_relation text, entity_id text, timezone text",
    "int_entities": "entity_id text, timezone text, as_of_date date",
    "services": "service_id text, product_id text",
    "int_invoices": "invoice_id text, issued_at timestamp, voided_at timestamp",
    "vendor_count_carrying": "vendor_name text, carry_days bigint",
    "usage_grace": "product_id text, grace_minutes bigint",
    "agreement_flaws": "priority bigint, flaw text, reason text",
    "stg_agreements__agreement_tiers": (
        "agreement_line_id text, tier_number bigint, up_to_quantity_millionths bigint,"
        " unit_price decimal(38, 10), flat_amount_major decimal(38, 10), source_relation text,"
        " version_number bigint, synced_at timestamp, quarantine_reason text, ignore_reason text"
    ),
    "int_agreement_lines": (
        "agreement_line_id text, agreement_id text, entity_id text, client_id text, service_id text,"
        " mapping_class text, units_millionths bigint, quantity_basis text, count_measure text,"
        " committed_quantity_millionths bigint, included_quantity_millionths bigint,"
        " minimum_amount_minor bigint, pricing_model text, package_size_millionths bigint,"
        " unit_price decimal(38, 10), unit_cost decimal(38, 10), proration text, billing_timing text,"
        " agreement_kind text, bundled_in_service_id text, currency_code text, currency_exponent integer,"
        " effective_from date, effective_to date, quarantine_reason text, recorded_at timestamp"
    ),
    "int_quantity_rows": (
        "quantity_row_id text, kind text, entity_id text, source_name text, vendor_name text,"
        " client_id text, service_id text, mapping_class text, quantity_date date,"
        " period_start_date date, period_end_date date, quantity_millionths bigint,"
        " inactive_quantity_millionths bigint, licence_kind text, cancelled_on date, is_estimated boolean,"
        " unit_cost decimal(38, 10), currency_code text, invoice_id text, recorded_at timestamp,"
        " duplicate_of_row_id text"
    ),
}


class Tier(NamedTuple):
    """Units up to and including `up_to` (None: all further ones), a price each, an amount for the tier."""

    up_to: Fraction | None
    price: Fraction
    flat: Fraction


@dataclass
class Line:
    """One agreement line; quantities in units, prices and the minimum in major units of the currency."""

    key: str
    entity: str = "main"
    client: str = "cus_1"
    basis: str = "committed"
    measure: str | None = None
    committed: Fraction | None = None
    included: Fraction = Fraction(0)
    minimum: Fraction = Fraction(0)
    model: str = "per_unit"
    package: Fraction | None = None
    price: Fraction | None = None
    tiers: list[Tier] = field(default_factory=list)
    proration: str = "none"
    timing: str = "arrears"
    currency: str = "USD"
    start: date = FIRST_DAY
    end: date | None = None


class Count(NamedTuple):
    """Units of a licence kind that a vendor lists for a client on a day."""

    entity: str
    client: str
    vendor: str
    day: date
    quantity: Fraction
    kind: str = "standard"
    cancelled: date | None = None


class Event(NamedTuple):
    """Metered usage of a client; a negative quantity corrects, a duplicate does not count."""

    entity: str
    client: str
    day: date
    quantity: Fraction
    recorded: datetime
    is_duplicate: bool = False


@dataclass
class World:
    """Everything that the models see."""

    lines: list[Line] = field(default_factory=list)
    counts: list[Count] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    invoices: dict[tuple[str, str, date], datetime] = field(default_factory=dict)


class Rated(NamedTuple):
    """What a line is due for a month: quantities in millionths, money in minor units, or why not."""

    active_days: int
    measured: int | None
    billable: int | None
    rated: int | None
    minimum: int | None
    late: int
    late_minor: int | None
    is_estimated: bool
    reason: str | None


# --- the oracle ------------------------------------------------------------------------------------


def rounded(value: Fraction) -> int:
    """Half away from zero."""
    whole = int(abs(value) + Fraction(1, 2))
    return whole if value >= 0 else -whole


def days_of(month: date) -> list[date]:
    """Every day of a calendar month."""
    days = [month + timedelta(number) for number in range(31)]
    return [day for day in days if day.month == month.month]


def price_of(line: Line, units: Fraction) -> tuple[Fraction, Fraction] | None:
    """What so many units cost (by the unit, flat), or None above the last tier."""
    if line.model == "per_unit":
        return units * line.price, Fraction(0)
    if line.model == "package":
        return ceil(units / line.package) * line.price, Fraction(0)
    if units <= 0:
        return Fraction(0), Fraction(0)
    if line.tiers[-1].up_to is not None and units > line.tiers[-1].up_to:
        return None
    cost = flat = below = Fraction(0)
    for tier in line.tiers:
        reached = units if tier.up_to is None else min(units, tier.up_to)
        holds_the_last_unit = tier.up_to is None or units <= tier.up_to
        if line.model == "graduated":
            cost, flat = cost + (reached - below) * tier.price, flat + tier.flat
        elif holds_the_last_unit:
            cost, flat = units * tier.price, tier.flat
        if holds_the_last_unit:
            break
        below = tier.up_to
    return cost, flat


class Oracle:
    """Walks through the days of a world."""

    def __init__(self, world: World) -> None:
        self.rivals: dict[tuple[str, str], list[Line]] = defaultdict(list)
        for line in world.lines:
            self.rivals[line.entity, line.client].append(line)
        self.lists: dict[tuple[str, str], set[date]] = defaultdict(set)
        self.counts: dict[tuple[str, str, str, date], list[Count]] = defaultdict(list)
        self.vendors: dict[tuple[str, str], set[str]] = defaultdict(set)
        for count in world.counts:
            self.lists[count.entity, count.vendor].add(count.day)
            self.counts[count.entity, count.client, count.vendor, count.day].append(count)
            self.vendors[count.entity, count.client].add(count.vendor)
        self.events: dict[tuple[str, str, date], list[Event]] = defaultdict(list)
        for event in world.events:
            if not event.is_duplicate:
                self.events[event.entity, event.client, event.day].append(event)
        self.invoices = world.invoices

    def in_force(self, line: Line, day: date) -> bool:
        candidates = [
            (other.start, other.key)
            for other in self.rivals[line.entity, line.client]
            if other.start <= day and (other.end is None or day < other.end)
        ]
        return bool(candidates) and max(candidates)[1] == line.key

    def counted(self, line: Line, day: date) -> tuple[Fraction, bool] | None:
        """Billable units of a day and whether they stand in from another one; None if nobody knows."""
        total, is_carried, is_known = Fraction(0), False, False
        for vendor in self.vendors[line.entity, line.client]:
            for back in range(CARRY_DAYS[vendor] + 1):
                listed = day - timedelta(back)
                if listed in self.lists[line.entity, vendor]:
                    is_known, is_carried = True, is_carried or back > 0
                    total += sum(
                        count.quantity
                        for count in self.counts[line.entity, line.client, vendor, listed]
                        if count.kind == "standard" and not (count.cancelled and count.cancelled <= day)
                    )
                    break
        return (total, is_carried) if is_known else None

    def rated(self, line: Line, month: date) -> Rated | None:
        """None when the line has no day in the month."""
        month_days = days_of(month)
        active = [day for day in month_days if self.in_force(line, day)]
        if not active or month > AS_OF[line.entity]:
            return None
        over = month_days[-1] <= AS_OF[line.entity]
        part = Fraction(len(active), len(month_days)) if line.proration == "daily" else Fraction(1)
        late, is_estimated, reason = Fraction(0), False, None
        allowance, charge = part, Fraction(1)
        measured: Fraction | None
        if line.basis == "committed":
            measured, allowance, charge = line.committed, Fraction(1), part
        elif line.basis == "metered":
            measured = Fraction(0)
            cutoff = self.invoices.get((line.entity, line.client, month))
            for event in (event for day in active for event in self.events[line.entity, line.client, day]):
                if cutoff is not None and event.recorded > cutoff + GRACE:
                    late += event.quantity
                else:
                    measured += event.quantity
        else:
            known_until = AS_OF[line.entity]
            passed = [day for day in active if day <= known_until] or active[:1]
            known = [found for day in passed if day <= known_until and (found := self.counted(line, day))]
            is_estimated = any(carried for _, carried in known) or len(known) < len(passed)
            if not known:
                measured, reason = None, "no_counts"
            elif line.measure == "daily_average":
                divisor = len(month_days) if line.proration == "daily" else len(passed)
                measured = sum((units for units, _ in known), Fraction(0)) / divisor
            else:
                pick = max if line.measure == "maximum" else (lambda units: units[-1])
                measured, allowance, charge = pick([units for units, _ in known]), Fraction(1), part
        if measured is None:
            return Rated(len(active), None, None, None, None, 0, None, is_estimated, reason)
        whole = partial(self.due, line, allowance=allowance, charge=charge, part=part, over=over)
        millionths, lost, found = rounded(measured * MILLION), rounded(late * MILLION), whole(measured)
        if found is None:
            reason = "quantity_above_the_last_tier"
            return Rated(len(active), millionths, None, None, None, lost, None, is_estimated, reason)
        units, amount, minimum = found
        with_late = whole(measured + late)
        late_minor = 0 if with_late is None else sum(with_late[1:]) - amount - minimum
        return Rated(
            len(active), millionths, units, amount, minimum, lost, late_minor, is_estimated, None
        )  # fmt: skip

    def due(
        self, line: Line, measured: Fraction, allowance: Fraction, charge: Fraction, part: Fraction, over: bool
    ) -> tuple[int, int, int] | None:
        """Billable millionths, rated minor units and what the minimum adds; None above the last tier."""
        wanted = measured
        if line.basis != "committed" and line.committed is not None:
            wanted = max(wanted, line.committed * allowance)
        units = max(wanted - line.included * allowance, Fraction(0))
        if line.model == "per_unit" and wanted < 0:
            units = wanted
        found = price_of(line, units)
        if found is None:
            return None
        if line.model == "package":
            units = ceil(units / line.package) * line.package
        minor = 10 ** EXPONENTS[line.currency]
        amount = rounded((found[0] * charge + found[1] * part) * minor)
        minimum = rounded(line.minimum * minor * part) if over and line.minimum else amount
        return rounded(units * charge * MILLION), amount, max(0, minimum - amount)


# --- the models ------------------------------------------------------------------------------------


def rows_of(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """The world as rows of TABLES."""
    with (PROJECT_ROOT / "seeds" / "policy" / "agreement_flaws.csv").open(encoding="utf-8") as seed:
        flaws = [(row["priority"], row["flaw"], row["reason"]) for row in csv.DictReader(seed)]
    millionths = lambda units: None if units is None else int(units * MILLION)  # noqa: E731
    written = lambda price: None if price is None else f"{float(price):.10f}"  # noqa: E731
    rows: dict[str, list[tuple[Any, ...]]] = {
        "entities": [],
        "int_entities": [(entity, "UTC", day) for entity, day in AS_OF.items()],
        "services": [("seat", None)],
        "int_invoices": [],
        "vendor_count_carrying": [(vendor, days) for vendor, days in CARRY_DAYS.items()],
        "usage_grace": [(None, int(GRACE.total_seconds()) // 60)],
        "agreement_flaws": flaws,
        "stg_agreements__agreement_tiers": [],
        "int_agreement_lines": [],
        "int_quantity_rows": [],
    }
    for line in world.lines:
        rows["int_agreement_lines"].append((
            line.key, "ag_1", line.entity, line.client, "seat", "mapped", MILLION, line.basis, line.measure,
            millionths(line.committed), millionths(line.included),
            int(line.minimum * 10 ** EXPONENTS[line.currency]), line.model, millionths(line.package),
            written(line.price), None, line.proration, line.timing, "standard", None, line.currency,
            EXPONENTS[line.currency], line.start, line.end, None, None,
        ))  # fmt: skip
        for number, tier in enumerate(line.tiers, start=1):
            rows["stg_agreements__agreement_tiers"].append((
                line.key, number, millionths(tier.up_to), written(tier.price), written(tier.flat), None, 1,
                None, None, None,
            ))  # fmt: skip
    quantities = rows["int_quantity_rows"]

    def add(kind: str, entity: str, client: str, day: date, units: Fraction, **more: Any) -> None:
        month = day.replace(day=1)
        quantities.append((
            f"q_{len(quantities)}", kind, entity, kind, more.get("vendor"), client, "seat", "mapped", day,
            month, days_of(month)[-1] + timedelta(1), millionths(units), 0, more.get("licence"),
            more.get("cancelled"), False, None, None, more.get("invoice"), more.get("recorded"),
            more.get("duplicate"),
        ))  # fmt: skip

    for count in world.counts:
        add(
            "vendor_count", count.entity, count.client, count.day, count.quantity, vendor=count.vendor,
            licence=count.kind, cancelled=count.cancelled,
        )  # fmt: skip
    for event in world.events:
        add(
            "metered", event.entity, event.client, event.day, event.quantity, recorded=event.recorded,
            duplicate="q_first" if event.is_duplicate else None,
        )  # fmt: skip
    for (entity, client, month), issued in world.invoices.items():
        invoice = f"in_{entity}_{client}_{month}"
        add("invoiced", entity, client, month, Fraction(0), invoice=invoice)
        rows["int_invoices"].append((invoice, issued, None))
    return rows


def modelled(world: World, built: DbtRun, folder: Path) -> dict[tuple[str, date], Rated]:
    """What the compiled models rate, by line and month."""
    compiled = built.target / "compiled" / "tieout" / "models" / "intermediate" / "rating"
    with duckdb.connect() as connection:
        for name, rows in rows_of(world).items():
            connection.execute(f"create table {name} ({TABLES[name]})")
            if not rows:
                continue
            file = folder / f"{name}.csv"
            with file.open("w", encoding="utf-8", newline="") as handle:
                csv.writer(handle).writerows(rows)
            connection.execute(f"copy {name} from '{file}' (format csv, header false, nullstr '')")
        for name in MODELS:
            sql = (compiled / f"{name}.sql").read_text(encoding="utf-8")
            connection.execute(f"create table {name} as " + re.sub(r'"[^"]+"\."main"\.', "", sql))
        found = connection.execute(
            "select agreement_line_id, period_start_date, active_days, measured_quantity_millionths,"
            " billable_quantity_millionths, rated_amount_minor, minimum_applied_minor,"
            " late_quantity_millionths, late_amount_minor, is_estimated, not_rated_reason from int_rated_usage"
        ).fetchall()
    return {(key, month): Rated(*rest) for key, month, *rest in found}


# --- worlds ----------------------------------------------------------------------------------------


def random_tiers(draw: Random) -> list[Tier]:
    bounds = sorted(draw.sample([1, 2, 5, 10, 12.5, 20, 50, 100], draw.randint(0, 3)))
    ends: list[Fraction | None] = [Fraction(str(bound)) for bound in bounds]
    if not bounds or draw.random() < 0.9:
        ends.append(None)
    flat = lambda: Fraction(draw.choice(["0", "0", "10", "4.99"]))  # noqa: E731
    return [Tier(end, Fraction(draw.choice(PRICES)), flat()) for end in ends]


def random_line(draw: Random, number: int) -> Line:
    basis = draw.choice(["committed", "vendor_count", "vendor_count", "metered"])
    model = draw.choice(["per_unit", "graduated", "volume", "package"])
    start = FIRST_DAY + timedelta(draw.choice([-20, 0, 0, 31, draw.randrange(DAYS)]))
    ends = draw.choice([None, None, 31, 60, draw.randrange(1, 80)])
    units = [Fraction(text) for text in ("0", "1", "5", "10", "12.5", "20.000001", "137")]
    return Line(
        key=f"al_{number}",
        entity=draw.choice(["main", "main", "other"]),
        # Two of three lines have a client of their own; the others meet, and their days overlap.
        client=f"cus_{number}" if draw.random() < 0.66 else f"cus_shared_{number % 60}",
        basis=basis,
        measure=draw.choice(["daily_average", "maximum", "last"]) if basis == "vendor_count" else None,
        committed=draw.choice(units) if basis == "committed" else draw.choice([None, None, *units[:3]]),
        included=draw.choice([Fraction(0), Fraction(0), *units[1:4]]),
        minimum=Fraction(draw.choice(["0", "0", "50", "199"])),
        model=model,
        package=Fraction(draw.choice(["10", "100", "2.5"])) if model == "package" else None,
        price=Fraction(draw.choice(PRICES)) if model in ("per_unit", "package") else None,
        tiers=random_tiers(draw) if model in ("graduated", "volume") else [],
        proration=draw.choice(["none", "daily"]),
        currency=draw.choice(list(EXPONENTS)),
        start=start,
        end=start + timedelta(ends) if ends else None,
    )


def random_counts(draw: Random, clients: set[tuple[str, str]]) -> Iterator[Count]:
    """Vendors that skip days, and a week; what a client has changes now and then."""
    for entity in AS_OF:
        for vendor in CARRY_DAYS:
            days = [
                FIRST_DAY + timedelta(number) for number in range(DAYS)
                if draw.random() < 0.8 and not 40 <= number < 47
            ]  # fmt: skip
            # Whoever is listed on every day keeps the list from being empty.
            yield from (Count(entity, "cus_everyday", vendor, day, Fraction(1)) for day in days)
            for _, client in sorted(one for one in clients if one[0] == entity):
                if draw.random() < 0.4:
                    continue
                units = Fraction(draw.choice([0, 1, 4, 5, 10, 11, 30]))
                gone = FIRST_DAY + timedelta(draw.randrange(DAYS)) if draw.random() < 0.2 else None
                for day in days:
                    if draw.random() < 0.1:
                        units = Fraction(draw.choice(["0", "1", "5", "10", "12.5", "21"]))
                    if draw.random() < 0.95:
                        yield Count(entity, client, vendor, day, units, cancelled=gone)
                    if draw.random() < 0.05:
                        kind = draw.choice(["temporary", "trial", "internal"])
                        yield Count(entity, client, vendor, day, Fraction(3), kind)


def random_events(draw: Random, clients: set[tuple[str, str]]) -> Iterator[Event]:
    for entity, client in sorted(clients):
        for _ in range(draw.randrange(25)):
            day = FIRST_DAY + timedelta(draw.randrange(DAYS))
            units = Fraction(draw.choice(["1", "2.5", "7", "20", "0.000001", "-3", "-40"]))
            delay = timedelta(days=draw.choice([0, 0, 1, 20, 45]), minutes=draw.randrange(90))
            recorded = datetime.combine(day, time(12)) + delay
            if draw.random() < 0.2:
                # About the end of the grace of an invoice that is issued at six.
                minutes = draw.choice([30, 60, 61])
                recorded = datetime.combine(days_of(day.replace(day=1))[-1], time(6)) + timedelta(1, minutes * 60)
            yield Event(entity, client, day, units, recorded, draw.random() < 0.1)


def random_world() -> World:
    draw = Random(6)
    world = World([random_line(draw, number) for number in range(LINES)])
    counted = {(line.entity, line.client) for line in world.lines if line.basis == "vendor_count"}
    metered = {(line.entity, line.client) for line in world.lines if line.basis == "metered"}
    world.counts = list(random_counts(draw, counted))
    world.events = list(random_events(draw, metered))
    for entity, client in sorted(metered):
        for month in MONTHS:
            if draw.random() < 0.9:
                after = datetime.combine(days_of(month)[-1] + timedelta(1), time(6))
                world.invoices[entity, client, month] = after
    return world


def test_the_models_rate_as_a_walk_through_the_days_does(built_demo: DbtRun, tmp_path: Path) -> None:
    world = random_world()
    found = modelled(world, built_demo, tmp_path)
    oracle = Oracle(world)
    expected = {
        (line.key, month): rated
        for line in world.lines for month in MONTHS if (rated := oracle.rated(line, month))
    }  # fmt: skip
    lines = {line.key: line for line in world.lines}
    wrong = [key for key in sorted(expected | found) if found.get(key) != expected.get(key)]
    assert not wrong, f"{len(wrong)} of {len(expected)}\n" + "\n".join(
        f"{lines[key[0]]}\n{key[1]}\n  models: {found.get(key)}\n  oracle: {expected.get(key)}"
        for key in wrong[:3]
    )
    # The draw has to reach every rule, or agreement says little.
    rated = [(lines[key], one) for (key, _), one in expected.items() if one.reason is None]
    assert len(rated) > 1_200
    assert {one.reason for one in expected.values()} == {None, "no_counts", "quantity_above_the_last_tier"}
    for model in ("per_unit", "graduated", "volume", "package"):
        for basis in ("committed", "vendor_count", "metered"):
            assert sum(1 for line, one in rated if (line.model, line.basis) == (model, basis)) > 40
    assert sum(1 for _, one in rated if one.minimum) > 100
    assert sum(1 for _, one in rated if one.rated < 0) > 5
    assert sum(1 for _, one in rated if one.late_minor) > 30
    assert sum(1 for _, one in rated if one.is_estimated) > 100
    assert sum(1 for line, one in rated if line.proration == "daily" and one.active_days < 28) > 100


# --- published figures -----------------------------------------------------------------------------


def tiers(*rows: tuple[str | None, str, str]) -> list[Tier]:
    return [Tier(Fraction(end) if end else None, Fraction(price), Fraction(flat)) for end, price, flat in rows]


# Stripe's documentation of tiered pricing: 7 USD to the fifth unit, 6.50 to the tenth, 6 from there.
STRIPE = tiers(("5", "7", "0"), ("10", "6.5", "0"), (None, "6", "0"))
# Lago's of the volume model: 0.0010, 0.0008, 0.0006, 0.0004 by ten, fifty, hundred thousand, each with 10.
LAGO = tiers(("10000", "0.0010", "10"), ("50000", "0.0008", "10"), ("100000", "0.0006", "10"), (None, "0.0004", "10"))
# Zuora's of the tiered model with flat fees only: nothing, 200 and 100 up to 5, 7 and 9 units.
ZUORA = tiers(("5", "0", "0"), ("7", "0", "200"), ("9", "0", "100"))
# A vendor of metering, in the same words for both modes: 0.10, 0.05, 0.01 by thousand and ten thousand.
ZUPLO = tiers(("1000", "0.10", "0"), ("10000", "0.05", "0"), (None, "0.01", "0"))
PUBLISHED = [
    ("volume", STRIPE, "1", 700),
    ("volume", STRIPE, "5", 3_500),
    ("volume", STRIPE, "6", 3_900),
    ("volume", STRIPE, "20", 12_000),
    ("volume", STRIPE, "25", 15_000),
    ("graduated", STRIPE, "5", 3_500),
    ("volume", LAGO, "65000", 4_900),
    ("graduated", ZUORA, "8.5", 30_000),
    ("graduated", ZUPLO, "15000", 60_000),
    ("volume", ZUPLO, "15000", 15_000),
]


def test_the_published_figures_come_out(built_demo: DbtRun, tmp_path: Path) -> None:
    world = World([
        Line(f"al_{number}", client=f"cus_{number}", committed=Fraction(units), model=model, tiers=rows)
        for number, (model, rows, units, _) in enumerate(PUBLISHED)
    ])  # fmt: skip
    # Packages of ten at 15 each: 23 units are three packages.
    world.lines.append(
        Line("packed", client="cus_packed", committed=Fraction(23), model="package",
             package=Fraction(10), price=Fraction(15))
    )  # fmt: skip
    found = modelled(world, built_demo, tmp_path)
    january = {key: rated.rated for (key, month), rated in found.items() if month == MONTHS[0]}
    expected = {f"al_{number}": amount for number, (_, _, _, amount) in enumerate(PUBLISHED)}
    assert january == expected | {"packed": 4_500}
