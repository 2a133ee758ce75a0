"""The generated company: deterministic, consistent to the cent, and complete in what it shows."""

from __future__ import annotations

import datetime as dt
import filecmp
import re
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

from company.rates import load_rates  # noqa: E402
from company.simulate import simulate  # noqa: E402
from company.tables import COLUMNS, key_of, row_count  # noqa: E402
from company.world import Options  # noqa: E402
from generate_company import PERIODS, main, read_closes  # noqa: E402

COMMAND = [sys.executable, str(ROOT / "scripts" / "generate_company.py")]
DEMO = ROOT / "seeds" / "demo"
DEMO_QUANTITY_LABELS = ROOT / "tests" / "fixtures" / "demo_quantity_labels.csv"
DEMO_LABELS = ROOT / "tests" / "fixtures" / "demo_labels.csv"
SEEDS = (1, 2, 3, 7, 11)


def rows_of(table):
    """Rows as dictionaries."""
    return [dict(zip(table, values)) for values in zip(*table.values())]


class Company:
    """A simulated company with its rows as dictionaries."""

    def __init__(self, seed, customers=80, months=15, start=dt.date(2024, 1, 1)):
        self.options = Options(seed, customers, months, start)
        self.tables = simulate(self.options, load_rates(start, self.options.last_day))
        self.end = dt.datetime.combine(self.options.last_day + dt.timedelta(days=1), dt.time())
        self.rows = {name.split(".")[1]: rows_of(table) for name, table in self.tables.items()}
        self.by_id = {
            name: {row["id"]: row for row in rows} for name, rows in self.rows.items() if rows and "id" in rows[0]
        }
        self.live_invoices = [
            row for row in self.rows["invoice"]
            if row["livemode"] and not row["is_deleted"] and row["status"] != "draft"
        ]


@pytest.fixture(scope="module", params=SEEDS)
def company(request):
    """An 80-customer company of 15 months."""
    return Company(request.param)


def grouped(rows, key, value):
    """Sum of a column by another one."""
    sums = defaultdict(int)
    for row in rows:
        sums[row[key]] += row[value]
    return sums


def test_the_same_seed_gives_the_same_company():
    assert Company(5, customers=20, months=6).tables == Company(5, customers=20, months=6).tables


def test_another_seed_gives_another_company():
    first, second = Company(5, customers=20, months=6), Company(6, customers=20, months=6)
    assert first.tables["stripe.invoice"] != second.tables["stripe.invoice"]


def test_tables_have_the_columns_and_types_of_the_contract(company):
    kinds = {"text": str, "bigint": int, "boolean": bool, "timestamp": dt.datetime}
    for name, table in company.tables.items():
        assert list(table) == list(COLUMNS[name])
        assert len({len(values) for values in table.values()}) == 1
        for column, kind in COLUMNS[name].items():
            expected = kinds.get(kind, object)
            assert all(value is None or isinstance(value, expected) for value in table[column]), (name, column)


def test_keys_are_unique_and_ids_differ_without_case(company):
    for name, table in company.tables.items():
        keys = list(zip(*(table[column] for column in key_of(name))))
        assert len(set(keys)) == len(keys), name
        if "id" in table and name != "stripe.subscription_history":
            assert len({value.lower() for value in table["id"]}) == row_count(table)


def test_invoice_lines_sum_to_the_subtotal(company):
    sums = grouped(company.rows["invoice_line_item"], "invoice_id", "amount")
    assert all(sums[row["id"]] == row["subtotal"] for row in company.rows["invoice"])


def test_invoice_totals_follow_from_subtotal_discount_and_tax(company):
    discounts = grouped(company.rows["discount"], "invoice_id", "amount")
    for row in company.rows["invoice"]:
        assert row["total"] == row["subtotal"] - discounts[row["id"]] + row["tax"]


def test_invoice_amounts_add_up_to_the_total(company):
    for row in company.live_invoices:
        applied = row["ending_balance"] - row["starting_balance"]
        due = max(0, row["total"] - applied - row["pre_payment_credit_notes_amount"])
        assert row["amount_due"] == due
        assert row["amount_remaining"] == due - row["amount_paid"] >= 0
        if row["status"] == "paid":
            assert row["amount_remaining"] == 0
        else:
            assert row["amount_paid"] == 0 and row["amount_remaining"] > 0
        if row["total"] < 0:
            assert applied == row["total"]


def test_paid_amounts_are_charges_or_out_of_band(company):
    charged = grouped(
        [row for row in company.rows["charge"] if row["status"] == "succeeded"], "invoice_id", "amount_captured")
    for row in company.live_invoices:
        assert charged[row["id"]] in (0, row["amount_paid"])


def test_status_times_fit_the_status_and_the_period(company):
    for row in company.live_invoices:
        times = {name: row[f"status_transitions_{name}_at"]
                 for name in ("finalized", "paid", "voided", "marked_uncollectible")}
        assert times["finalized"] is not None and row["number"]
        assert (times["paid"] is not None) == (row["status"] == "paid")
        assert (times["voided"] is not None) == (row["status"] == "void")
        assert all(value < company.end for value in times.values() if value is not None)
        later = [value for name, value in times.items() if name != "finalized" and value is not None]
        assert all(value >= times["finalized"] for value in later)


def test_nothing_happens_after_the_period(company):
    for name in ("invoice", "charge", "refund", "dispute", "credit_note", "balance_transaction", "payout",
                 "customer_balance_transaction", "customer"):
        assert all(company.options.start <= row["created"].date() for row in company.rows[name])
        assert all(row["created"] < company.end for row in company.rows[name]), name


def test_refunds_and_disputes_never_exceed_the_charge(company):
    refunded = grouped(
        [row for row in company.rows["refund"] if row["status"] == "succeeded"], "charge_id", "amount")
    attempted = grouped(company.rows["refund"], "charge_id", "amount")
    disputed = grouped(company.rows["dispute"], "charge_id", "amount")
    assert max(Counter(row["charge_id"] for row in company.rows["dispute"]).values()) == 2
    for row in company.rows["charge"]:
        captured = row["amount_captured"]
        assert row["amount_refunded"] == refunded[row["id"]]
        assert row["refunded"] == (row["status"] == "succeeded" and refunded[row["id"]] == captured)
        assert attempted[row["id"]] + disputed[row["id"]] <= captured or row["status"] == "failed"


def test_credit_notes_add_up_to_their_lines_and_invoices(company):
    lines = defaultdict(list)
    line_invoices = {row["id"]: row["invoice_id"] for row in company.rows["invoice_line_item"]}
    for line in company.rows["credit_note_line_item"]:
        lines[line["credit_note_id"]].append(line)
    totals = defaultdict(Counter)
    for note in company.rows["credit_note"]:
        own = lines[note["id"]]
        invoice = company.by_id["invoice"][note["invoice_id"]]
        assert note["amount"] == note["total"] > 0
        assert note["total"] >= note["subtotal"] - note["discount_amount"] >= 0
        assert note["number"].startswith(invoice["number"] + "-CN-")
        if own:
            assert sum(line["amount"] for line in own) == note["subtotal"]
            assert all(line_invoices[line["invoice_line_item_id"]] == invoice["id"] for line in own)
        if note["status"] == "issued":
            totals[invoice["id"]][note["type"]] += note["total"]
        else:
            assert note["type"] == "pre_payment" and note["voided_at"] > note["created"]
        if note["refund_id"]:
            assert company.by_id["refund"][note["refund_id"]]["amount"] <= note["total"]
        if note["type"] == "post_payment":
            assert note["created"] >= invoice["status_transitions_paid_at"]
    for row in company.rows["invoice"]:
        assert row["pre_payment_credit_notes_amount"] == totals[row["id"]]["pre_payment"]
        assert row["post_payment_credit_notes_amount"] == totals[row["id"]]["post_payment"] <= row["amount_paid"]


def test_no_line_is_credited_beyond_its_gross_amount(company):
    notes = company.by_id.get("credit_note", {})
    amounts = {row["id"]: row["amount"] for row in company.rows["invoice_line_item"]}
    for line in company.rows["credit_note_line_item"]:
        assert notes[line["credit_note_id"]]["livemode"]
        assert 0 < line["amount"] <= amounts[line["invoice_line_item_id"]]


def test_customer_balances_run_without_a_gap(company):
    by_customer = defaultdict(list)
    for row in company.rows["customer_balance_transaction"]:
        by_customer[row["customer_id"]].append(row)
    for customer in company.rows["customer"]:
        balance = 0
        rows = by_customer[customer["id"]]
        for row in rows:
            balance += row["amount"]
            assert row["ending_balance"] == balance <= 0
        assert customer["balance"] == balance
        assert [row["created"] for row in rows] == sorted(row["created"] for row in rows)
    for row in company.rows["credit_note"]:
        if row["customer_balance_transaction"]:
            change = company.by_id["customer_balance_transaction"][row["customer_balance_transaction"]]
            assert change["credit_note_id"] == row["id"] and change["created"] == row["created"]


def test_balance_transactions_mirror_their_documents(company):
    sources = {**company.by_id["charge"], **company.by_id["refund"], **company.by_id["dispute"]}
    signs = {"charge": 1, "refund": -1, "refund_failure": 1, "dispute": -1, "dispute_reversal": 1}
    exponent = {"usd": 2, "eur": 2, "gbp": 2, "jpy": 0}
    for row in company.rows["balance_transaction"]:
        assert row["net"] == row["amount"] - row["fee"]
        if row["reporting_category"] not in signs:
            continue
        document = sources[row["source"]]
        assert row["amount"] * signs[row["reporting_category"]] > 0
        if row["exchange_rate"] is None:
            assert row["currency"] == document["currency"] and abs(row["amount"]) == document["amount"]
        else:
            scale = 10 ** (exponent[row["currency"]] - exponent[document["currency"]])
            exact = document["amount"] * row["exchange_rate"] * scale
            assert abs(abs(row["amount"]) - exact) <= exact.__class__("0.5")
    fees = {row["fee"] for row in company.rows["balance_transaction"] if row["reporting_category"] == "dispute"}
    assert fees == {1500}


def test_succeeded_charges_have_exactly_one_balance_transaction(company):
    counts = Counter(row["source"] for row in company.rows["balance_transaction"] if row["type"] == "charge")
    for row in company.rows["charge"]:
        expected = int(row["status"] == "succeeded" and row["livemode"])
        assert counts[row["id"]] == expected == int(row["balance_transaction_id"] is not None)


def test_payouts_equal_the_sum_of_what_they_sweep(company):
    swept = grouped(
        [row for row in company.rows["balance_transaction"] if row["type"] != "payout"], "payout_id", "net")
    for row in company.rows["payout"]:
        own = company.by_id["balance_transaction"][row["balance_transaction_id"]]
        assert own["amount"] == -row["amount"] != 0 and own["source"] == row["id"]
        assert own["payout_id"] == (row["id"] if row["automatic"] else None)
        assert swept[row["id"]] == (row["amount"] if row["automatic"] else 0)
    links = {(row["payout_id"], row["balance_transaction_id"]) for row in company.rows["payout_balance_transaction"]}
    assert links == {(row["payout_id"], row["id"]) for row in company.rows["balance_transaction"] if row["payout_id"]}


def test_payouts_that_nobody_itemises_took_what_was_there(company):
    by_hand = [row for row in company.rows["payout"] if not row["automatic"]]
    assert sorted(row["method"] for row in by_hand) == ["instant", "instant", "standard"]
    left = grouped(
        [row for row in company.rows["balance_transaction"] if row["payout_id"] is None], "currency", "net")
    last = max(row["created"] for row in company.rows["payout"])
    waiting = grouped(
        [row for row in company.rows["balance_transaction"]
         if row["payout_id"] is None and max(row["available_on"], row["created"]) > last - dt.timedelta(days=4)],
        "currency", "net")
    assert {currency: net for currency, net in left.items() if net} == waiting
    for row in by_hand:
        own = company.by_id["balance_transaction"][row["balance_transaction_id"]]
        assert (own["fee"] > 0) == (row["method"] == "instant")


def test_a_failed_payout_is_paid_out_again(company):
    failed = [row for row in company.rows["payout"] if row["status"] == "failed"]
    assert len(failed) == 3
    at_the_bank = 0
    for row in failed:
        returned = company.by_id["balance_transaction"][row["failure_balance_transaction_id"]]
        assert returned["amount"] == row["amount"] and returned["payout_id"] != row["id"]
        at_the_bank += returned["created"].date() > row["arrival_date"].date()
    assert at_the_bank == 1


def test_every_swept_transaction_was_available(company):
    payouts = company.by_id["payout"]
    for row in company.rows["balance_transaction"]:
        if row["payout_id"] and row["type"] != "payout":
            assert max(row["available_on"], row["created"]) < payouts[row["payout_id"]]["created"]


def feature_counts(company):
    """How often each feature of the company occurs."""
    rows, invoices = company.rows, company.live_invoices
    lines = rows["invoice_line_item"]
    notes = rows["credit_note"]
    named = {row["credit_note_id"] for row in rows["credit_note_line_item"]}
    attempts = Counter(row["invoice_id"] for row in rows["charge"] if row["status"] == "failed")
    charged = {row["invoice_id"] for row in rows["charge"] if row["status"] == "succeeded"}
    refunds_by_charge = Counter(row["charge_id"] for row in rows["refund"])
    disputed = {row["charge_id"] for row in rows["dispute"]}
    written_off = [row for row in invoices if row["status_transitions_marked_uncollectible_at"]]
    times = [row["created"] for row in rows["invoice"]]
    counts = {
        "prices of four currencies": len({row["currency"] for row in invoices}),
        "annual lines": sum("Year" in (row["price_id"] or "") for row in lines),
        "usage lines": sum((row["price_id"] or "").startswith("price_1Calls") for row in lines),
        "one-off lines": sum(row["description"] == "Onboarding" for row in lines),
        "negative prorations": sum(row["proration"] and row["amount"] < 0 for row in lines),
        "upgrades": sum(row["billing_reason"] == "subscription_update" and row["total"] > 0 for row in invoices),
        "negative invoices": sum(row["total"] < 0 for row in invoices),
        "tax": sum(row["tax"] > 0 for row in invoices),
        "discounts": len(rows["discount"]),
        "retried payments": sum(attempts[key] > 0 for key in charged),
        "out of band": sum(row["amount_paid"] > 0 and row["id"] not in charged for row in invoices),
        "open": sum(row["status"] == "open" for row in invoices),
        "void": sum(row["status"] == "void" for row in invoices),
        "uncollectible": sum(row["status"] == "uncollectible" for row in invoices),
        "uncollectible then paid": sum(row["status"] == "paid" for row in written_off),
        "uncollectible then void": sum(row["status"] == "void" for row in written_off),
        "full refunds": sum(row["refunded"] for row in rows["charge"]),
        "partial captures": sum(0 < row["amount_captured"] < row["amount"] for row in rows["charge"]),
        "two disputes of a charge": sum(
            count > 1 for count in Counter(row["charge_id"] for row in rows["dispute"]).values()),
        "reserves": sum(row["type"] == "reserve_transaction" for row in rows["balance_transaction"]),
        "transfers": sum(row["type"] == "transfer" for row in rows["balance_transaction"]),
        "top-ups": sum(row["type"] == "topup" for row in rows["balance_transaction"]),
        "network costs": sum(row["type"] == "network_cost" for row in rows["balance_transaction"]),
        "payouts below zero": sum(row["amount"] < 0 for row in rows["payout"]),
        "partial refunds": sum(0 < row["amount_refunded"] < row["amount"] for row in rows["charge"]),
        "two refunds of a charge": sum(count > 1 for count in refunds_by_charge.values()),
        "failed refunds": sum(row["status"] == "failed" for row in rows["refund"]),
        "refund and dispute": sum(key in disputed for key in refunds_by_charge),
        "disputes won": sum(row["status"] == "won" for row in rows["dispute"]),
        "disputes lost": sum(row["status"] == "lost" for row in rows["dispute"]),
        "dispute reversals": sum(
            row["reporting_category"] == "dispute_reversal" for row in rows["balance_transaction"]),
        "pre-payment notes": sum(row["type"] == "pre_payment" and row["status"] == "issued" for row in notes),
        "voided notes": sum(row["status"] == "void" for row in notes),
        "notes with refund": sum(row["refund_id"] is not None for row in notes),
        "notes to balance": sum(
            row["customer_balance_transaction"] is not None and row["refund_id"] is None for row in notes),
        "notes split": sum(
            row["customer_balance_transaction"] is not None and row["refund_id"] is not None for row in notes),
        "notes out of band": sum(
            row["type"] == "post_payment" and not row["refund_id"] and not row["customer_balance_transaction"]
            for row in notes),
        "notes with lines": sum(row["id"] in named for row in notes),
        "notes without lines": sum(row["id"] not in named for row in notes),
        "grants": sum(row["type"] == "adjustment" for row in rows["customer_balance_transaction"]),
        "balance used": sum(
            row["type"] == "applied_to_invoice" and row["amount"] > 0
            for row in rows["customer_balance_transaction"]),
        "cancelled at period end": sum(
            row["status"] == "canceled" and row["cancel_at_period_end"] for row in rows["subscription_history"]),
        "cancelled at once": sum(
            row["status"] == "canceled" and not row["cancel_at_period_end"] for row in rows["subscription_history"]),
        "drafts": sum(row["status"] == "draft" and not row["is_deleted"] for row in rows["invoice"]),
        "deleted": sum(row["is_deleted"] for row in rows["invoice"]),
        "test mode": sum(not row["livemode"] for row in rows["invoice"]),
        "converted": sum(row["exchange_rate"] is not None for row in rows["balance_transaction"]),
        "stripe fees": sum(row["type"] == "stripe_fee" for row in rows["balance_transaction"]),
        "unpaid-out transactions": sum(row["payout_id"] is None for row in rows["balance_transaction"]),
        "payouts on their way": sum(row["status"] in ("pending", "in_transit") for row in rows["payout"]),
        "last second of a month": sum(
            time.time() == dt.time(23, 59, 59) and (time + dt.timedelta(days=1)).day == 1 for time in times),
        "first second of a month": sum(time.time() == dt.time(0, 0, 1) and time.day == 1 for time in times),
        "leap day": sum((time.month, time.day) == (2, 29) for time in times),
    }
    return counts


def test_every_feature_occurs_at_least_twice(company):
    least = {"payouts on their way": 1, "two disputes of a charge": 1}
    missing = {name: count for name, count in feature_counts(company).items() if count < least.get(name, 2)}
    assert missing == {}


def test_the_demo_seeds_are_a_fresh_run_of_the_documented_command(tmp_path):
    labels, quantity_labels = tmp_path / "labels.csv", tmp_path / "quantity_labels.csv"
    subprocess.run(
        [*COMMAND, "--seed", "7", "--customers", "80", "--months", "15", "--start", "2024-01-01",
         "--faults", "default", "--out", str(tmp_path / "demo"), "--format", "csv", "--labels", str(labels),
         "--quantity-labels", str(quantity_labels)],
        check=True, capture_output=True)
    fresh = {path.relative_to(tmp_path / "demo"): path for path in (tmp_path / "demo").rglob("*.csv")}
    kept = {path.relative_to(DEMO): path for path in DEMO.rglob("*.csv")}
    # The demo's connectors keep no log of their runs: a header that no command writes.
    log = kept.pop(Path("load_log") / "load_log__load.csv", None)
    assert log is None or log.read_text(encoding="utf-8").count("\n") == 1
    assert set(fresh) == set(kept)
    changed = [str(name) for name, path in fresh.items() if not filecmp.cmp(path, kept[name], shallow=False)]
    assert changed == []
    assert filecmp.cmp(labels, DEMO_LABELS, shallow=False)
    assert filecmp.cmp(quantity_labels, DEMO_QUANTITY_LABELS, shallow=False)


def test_the_demo_stays_small():
    assert sum(path.stat().st_size for path in DEMO.rglob("*.csv")) < 4_000_000


def test_seed_types_are_declared_for_every_column():
    text = "\n".join(path.read_text(encoding="utf-8") for path in sorted(DEMO.rglob("_*.yml")))
    for name, columns in COLUMNS.items():
        block = re.search(rf"- name: {name.replace('.', '__')}\n(.*?)(?=\n  - name: |\Z)", text, re.S)
        assert block, name
        declared = re.findall(r"^        \"?(\w+)\"?: ", block.group(1), re.M)
        assert declared == list(columns), name


@pytest.mark.parametrize("arguments", [
    ["--customers", "0"],
    ["--months", "x"],
    ["--start", "2024-01-02"],
    ["--start", "2024-13-01"],
    ["--start", "1970-01-01"],
    ["--timezone", "Nowhere/Land"],
    ["--processors", "paypal"],
    ["--processors", "stripe,other"],
    ["--format", "xls"],
    ["--faults", "no_such_file.csv"],
    ["--faults", "refund_not_recorded=2"],
    ["--faults", "refund_not_recorded=often"],
    ["--periods", "no_such_file.csv"],
])
def test_bad_arguments_end_in_one_line(arguments, tmp_path):
    result = subprocess.run(
        [*COMMAND, "--out", str(tmp_path / "out"), *arguments], capture_output=True, text=True, check=False)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert "error:" in result.stderr.splitlines()[-1]


def test_closed_months_are_read_from_the_policy():
    closes = read_closes(PERIODS)
    assert closes["2024-02"] == dt.datetime(2024, 3, 10)
    assert "2024-04" not in closes
    assert read_closes(PERIODS, "nobody") == {}


def test_help_names_every_option():
    result = subprocess.run([*COMMAND, "--help"], capture_output=True, text=True, check=True)
    for option in ("--seed", "--customers", "--months", "--start", "--faults", "--out", "--format", "--labels",
                   "--periods", "--timezone", "--processors"):
        assert option in result.stdout


@pytest.mark.parametrize("file_format", ["parquet", "duckdb"])
def test_other_formats_hold_the_same_rows(file_format, tmp_path):
    duckdb = pytest.importorskip("duckdb")
    out = tmp_path / ("company.duckdb" if file_format == "duckdb" else "company")
    subprocess.run(
        [*COMMAND, "--customers", "5", "--months", "3", "--out", str(out), "--format", file_format],
        check=True, capture_output=True)
    expected = Company(7, customers=5, months=3).tables["stripe.invoice"]
    with duckdb.connect(str(out) if file_format == "duckdb" else ":memory:") as connection:
        source = "stripe.invoice" if file_format == "duckdb" else f"'{out}/stripe/stripe__invoice.parquet'"
        found = connection.execute(f"select id, total, created from {source} order by id").fetchall()
    assert found == sorted(zip(expected["id"], expected["total"], expected["created"]))


def test_a_company_too_small_for_the_quantities_is_refused_in_one_line(tmp_path: Path, capsys) -> None:
    arguments = ["--customers", "8", "--months", "3", "--out", str(tmp_path / "out")]
    assert main([*arguments, "--quantity-labels", str(tmp_path / "labels.csv")]) == 2
    assert capsys.readouterr().err.splitlines() == [
        "generate_company.py: error: --quantity-labels needs 8 customers with plain invoices of 6 months, one of them"
        " metered: generate more --customers or --months"
    ]
    assert not (tmp_path / "out").exists()
