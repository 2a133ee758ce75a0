"""A finished company as daily loads: each version shows what was so on its day, the last one what is so in the end."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import defaultdict
from decimal import Decimal

import pytest
from conftest import PROJECT_ROOT

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from company.landings import Stop, land_daily, parse_stop  # noqa: E402
from company.tables import key_of, row_count  # noqa: E402
from company.world import Options  # noqa: E402
from generate_company import generate, read_fault_rates  # noqa: E402

COMMAND = [sys.executable, str(PROJECT_ROOT / "scripts" / "generate_company.py")]
STAMPS = ("_fivetran_synced", "_loaded_at")
STOP = Stop("stripe", dt.date(2024, 1, 16), dt.date(2024, 1, 22))
# Moments that only the past can have; due, arrival and period dates may lie ahead.
PAST = {
    "created", "status_transitions_finalized_at", "status_transitions_paid_at", "status_transitions_voided_at",
    "status_transitions_marked_uncollectible_at", "voided_at", "closed_at", "fully_paid_on_date", "posted_date",
    "created_date_utc", "transaction_updated_date", "recorded_at", "rate_date", "_fivetran_start",
    "current_period_start",
}  # fmt: skip
# The generator knows one period of a subscription, its last; that of the items is worked out.
SHOWN_AS_IT_ENDED = {("stripe.subscription_history", "current_period_start")}


def rows_of(table):
    """Rows as dictionaries."""
    return [dict(zip(table, values)) for values in zip(*table.values())]


def stamp_of(table):
    return next((column for column in STAMPS if column in table), None)


def by_key(name, table):
    """{key: rows in the order of their loads}."""
    found = defaultdict(list)
    for row in rows_of(table):
        found[tuple(row[column] for column in key_of(name))].append(row)
    stamp = stamp_of(table)
    return {key: sorted(rows, key=lambda row: row[stamp]) for key, rows in found.items()}


@pytest.fixture(scope="module", params=[(7, 30, 9, "default"), (3, 25, 8, "none")])
def company(request):
    seed, customers, months, faults = request.param
    options = Options(seed, customers, months, dt.date(2024, 1, 1))
    return options, generate(options, "UTC", read_fault_rates(faults))[0]


@pytest.fixture(scope="module")
def landed(company):
    options, tables = company
    return land_daily(tables, options.start, options.last_day)


def test_the_last_version_of_every_row_is_the_row_of_the_finished_company(company, landed) -> None:
    _, tables = company
    for name, table in tables.items():
        last = {key: rows[-1] for key, rows in by_key(name, landed[name]).items()}
        assert len(last) == row_count(table), name
        for row in rows_of(table):
            version = last[tuple(row[column] for column in key_of(name))]
            assert {**version, **{stamp: None for stamp in STAMPS}} == {
                **row, **{stamp: None for stamp in STAMPS}
            }, name


def test_every_row_is_loaded_at_six_in_the_morning_and_never_twice_the_same(company, landed) -> None:
    options, _ = company
    for name, table in landed.items():
        stamp = stamp_of(table)
        assert {load.time() for load in table[stamp]} <= {dt.time(6)}, name
        assert max(table[stamp], default=dt.datetime.min).date() <= options.last_day + dt.timedelta(days=1)
        for versions in by_key(name, table).values():
            loads = [version.pop(stamp) for version in versions]
            assert len(loads) == len(set(loads)), name
            assert all(one != other for one, other in zip(versions, versions[1:])), name


def test_no_version_knows_what_happened_after_its_load(company, landed) -> None:
    options, _ = company
    last = dt.datetime.combine(options.last_day + dt.timedelta(days=1), dt.time(6))
    for name, table in landed.items():
        stamp = stamp_of(table)
        for column in PAST & set(table):
            if (name, column) in SHOWN_AS_IT_ENDED:
                continue
            for load, moment in zip(table[stamp], table[column]):
                if moment is not None and load < last:
                    day = moment.date() if isinstance(moment, dt.datetime) else moment
                    assert day < load.date(), (name, column)


def test_every_row_is_loaded_on_the_morning_after_the_day_it_came_to_be(company, landed) -> None:
    options, _ = company
    for name, column in (("stripe.charge", "created"), ("xero.journal", "created_date_utc"),
                         ("bank_statement.statement_line", "posted_date"), ("stripe.invoice", "created"),
                         ("paypal.transaction", "transaction_initiation_date"), ("ecb.exchange_rate", "rate_date")):
        table = landed[name]
        firsts = [versions[0] for versions in by_key(name, table).values()]
        assert firsts
        for row in firsts:
            moment = row[column]
            day = min(moment.date() if isinstance(moment, dt.datetime) else moment, options.last_day)
            assert row[stamp_of(table)].date() == day + dt.timedelta(days=1), name


def test_an_invoice_is_open_until_it_is_paid_voided_or_given_up(landed) -> None:
    seen = set()
    for versions in by_key("stripe.invoice", landed["stripe.invoice"]).values():
        for row in versions:
            if row["status_transitions_finalized_at"] is None:
                assert row["status"] == "draft" and row["number"] is None
            if row["status"] == "open":
                assert not row["paid"] and row["amount_paid"] == 0 and row["status_transitions_paid_at"] is None
            assert row["amount_remaining"] == row["amount_due"] - row["amount_paid"]
        seen.add(tuple(row["status"] for row in versions))
    assert {("open", "paid"), ("open", "void"), ("open", "uncollectible")} <= {
        tuple(dict.fromkeys(status for status in statuses if status != "draft")) for statuses in seen
    }


def test_what_a_charge_says_was_refunded_is_the_refunds_loaded_by_then(landed) -> None:
    refunds, checked = landed["stripe.refund"], 0
    for row in rows_of(landed["stripe.charge"]):
        latest = {}
        for key, charge, status, amount, load in zip(
            *(refunds[column] for column in ("id", "charge_id", "status", "amount", "_fivetran_synced"))
        ):
            if charge == row["id"] and load <= row["_fivetran_synced"]:
                if load >= latest.get(key, (load,))[0]:
                    latest[key] = (load, 0 if status == "failed" else amount)
        assert row["amount_refunded"] == sum(amount for _, amount in latest.values())
        assert row["refunded"] == (row["amount_captured"] > 0 and row["amount_refunded"] == row["amount_captured"])
        checked += bool(latest)
    assert checked > 3


def test_a_payout_is_on_its_way_before_it_is_paid_or_comes_back(landed) -> None:
    seen = {
        tuple(row["status"] for row in versions)
        for versions in by_key("stripe.payout", landed["stripe.payout"]).values()
    }
    assert ("pending", "in_transit", "paid") in seen and ("pending", "in_transit", "paid", "failed") in seen
    for row in rows_of(landed["stripe.payout"]):
        assert (row["failure_balance_transaction_id"] is not None) == (row["status"] == "failed")


def test_a_movement_joins_its_payout_on_the_morning_the_payout_is_known(landed) -> None:
    known = {
        key: versions[0]["_fivetran_synced"]
        for (key,), versions in by_key("stripe.payout", landed["stripe.payout"]).items()
    }
    joined = 0
    for versions in by_key("stripe.balance_transaction", landed["stripe.balance_transaction"]).values():
        for row in versions:
            if row["payout_id"] is not None:
                joined += 1
                assert known[row["payout_id"]] <= row["_fivetran_synced"]
    assert joined


def test_a_source_that_stops_lands_everything_with_its_first_load_after(company, landed) -> None:
    options, tables = company
    stopped = land_daily(tables, options.start, options.last_day, [STOP])
    for name, table in stopped.items():
        if not name.startswith("stripe."):
            assert table == landed[name]
            continue
        assert not [load for load in table["_fivetran_synced"] if STOP.first <= load.date() < STOP.until]
        late = [load for load in table["_fivetran_synced"] if load.date() == STOP.until]
        usual = [load for load in landed[name]["_fivetran_synced"] if STOP.first <= load.date() <= STOP.until]
        # A row that changed twice meanwhile was seen once.
        assert len(late) <= len(usual)
        for key, versions in by_key(name, landed[name]).items():
            before = [row for row in versions if row["_fivetran_synced"].date() <= STOP.until]
            if before:
                shown = [
                    row for row in by_key(name, table)[key] if row["_fivetran_synced"].date() <= STOP.until
                ]
                assert {**shown[-1], "_fivetran_synced": None} == {**before[-1], "_fivetran_synced": None}
            break
    assert any(load.date() == STOP.until for load in stopped["stripe.charge"]["_fivetran_synced"])


def test_a_source_that_never_resumes_ends_in_the_state_it_was_last_seen_in(company) -> None:
    options, tables = company
    never = Stop("stripe", dt.date(2024, 3, 1), options.last_day + dt.timedelta(days=30))
    stopped = land_daily(tables, options.start, options.last_day, [never])
    assert max(stopped["stripe.invoice"]["_fivetran_synced"]).date() == dt.date(2024, 2, 29)
    assert max(moment for moment in stopped["stripe.charge"]["created"]).date() <= dt.date(2024, 2, 28)
    unpaid = [row for row in rows_of(stopped["stripe.invoice"]) if row["status"] == "open"]
    paid_since = dict(zip(tables["stripe.invoice"]["id"], tables["stripe.invoice"]["status"]))
    assert any(paid_since[row["id"]] == "paid" for row in unpaid)


def test_a_load_log_names_every_morning_but_those_of_the_stop(company) -> None:
    options, tables = company
    landed = land_daily(tables, options.start, options.last_day, [STOP], is_logged=True)
    log = landed.pop("load_log.load")
    mornings = {
        load.date() for source, load in zip(log["loaded_source_name"], log["_loaded_at"]) if source == "stripe"
    }
    every = {options.start + dt.timedelta(days=day) for day in range(1, (options.last_day - options.start).days + 2)}
    assert every - mornings == {dt.date(2024, 1, day) for day in range(16, 22)} and mornings <= every
    stamps = (table[stamp_of(table)] for name, table in landed.items() if name.startswith("stripe."))
    written = [int(count) for source, count in zip(log["loaded_source_name"], log["row_count"]) if source == "stripe"]
    assert sum(written) == sum(map(len, stamps)) and 0 in [int(count) for count in log["row_count"]]


def test_a_table_that_no_rule_names_is_loaded_after_its_own_moment() -> None:
    day = dt.datetime(2024, 1, 3, 12)
    tables = {
        "metering.usage_event": {
            "event_id": ["e1", "e2", "e3"], "quantity": [Decimal(1)] * 3, "occurred_at": [day] * 3,
            "recorded_at": [None, dt.datetime(2024, 1, 9, 1), None], "_loaded_at": [None] * 3,
        },
        "somewhere.thing": {"id": ["a"], "_loaded_at": [None]},
        "somewhere.other": {"id": ["a"]},
    }
    landed = land_daily(tables, dt.date(2024, 1, 1), dt.date(2024, 1, 31))
    assert [load.day for load in landed["metering.usage_event"]["_loaded_at"]] == [4, 10, 4]
    assert landed["somewhere.thing"]["_loaded_at"] == [dt.datetime(2024, 1, 2, 6)]
    assert landed["somewhere.other"] == {"id": ["a"]}


@pytest.mark.parametrize("text", ["stripe", "stripe:2024-01-16", "stripe:x:y", ":2024-01-16:2024-01-22",
                                  "stripe:2024-01-22:2024-01-16"])  # fmt: skip
def test_a_stop_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_stop(text)


@pytest.mark.parametrize("arguments", [["--stop", "stripe:2024-01-16:2024-01-22"],
                                       ["--loads", "daily", "--stop", "nobody:2024-01-16:2024-01-22"],
                                       ["--loads", "daily", "--stop", "stripe"]])  # fmt: skip
def test_the_command_refuses_a_stop_in_one_line(tmp_path, arguments) -> None:
    command = [*COMMAND, "--customers", "2", "--months", "1", "--out", str(tmp_path / "out"), *arguments]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 2
    assert run.stderr.strip().splitlines()[-1].startswith("generate_company.py: error:")


def test_daily_loads_are_written_as_any_company(tmp_path) -> None:
    out = tmp_path / "company"
    command = [*COMMAND, "--customers", "3", "--months", "2", "--loads", "daily", "--out", str(out)]
    subprocess.run(command, check=True, capture_output=True)
    header, *rows = (out / "ecb" / "ecb__exchange_rate.csv").read_text(encoding="utf-8").splitlines()
    assert header == "rate_date,currency,rate,_loaded_at" and all(row.endswith("06:00:00") for row in rows)
