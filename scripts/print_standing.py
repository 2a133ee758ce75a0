"""Print where the money stands: rows, matches, exceptions, deferred revenue and controls of the last build.

Everything is read from the marts of one DuckDB file and from dbt's own record of the last run, so the
table is worth as much as the build behind it. Amounts are in the currency named beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections import Counter
from pathlib import Path

import duckdb

SOURCES = """
    select source_name, source_table, sum(rows_in)
    from rpt_row_conservation
    group by source_name, source_table
    order by source_name, source_table
"""

LEGS = """
    with items as (
        select
            leg,
            currency_code,
            count(*) as item_count,
            sum(abs(amount)) as gross,
            count(*) filter (where status in ('matched', 'suggested')) as matched_count,
            sum(abs(amount)) filter (where status in ('matched', 'suggested')) as matched,
            count(*) filter (where status in ('discrepancy', 'expected_only', 'recorded_only'))
                as break_count,
            sum(abs(amount)) filter (
                where status in ('discrepancy', 'expected_only', 'recorded_only')
            ) as breaks,
            count(*) filter (where status in ('pending', 'inconclusive')) as pending_count,
            sum(abs(amount)) filter (where status in ('pending', 'inconclusive')) as pending
        from fct_reconciliation_items
        where status <> 'ignored'
        group by leg, currency_code
    )

    select
        leg, currency_code, item_count, matched_count, matched, break_count, breaks,
        pending_count, pending, matched_count / item_count
    from items
    order by case leg when 'ledger' then 1 when 'processor' then 2 else 3 end, currency_code
"""

QUEUE = "select leg, count(*), sum(exception_count) from rpt_exception_queue group by leg order by leg"

QUARANTINE = """
    select reason, coalesce(currency_code, '-'), count(*), sum(abs(amount)), count(*) - count(amount)
    from fct_quarantined_rows
    group by reason, currency_code
    order by reason, currency_code
"""

DEFERRED = """
    select
        currency_code,
        min(month_start),
        max(month_end),
        arg_min(opening_amount, month_start),
        sum(billed_amount),
        sum(recognised_amount),
        sum(refunds_amount + credit_notes_amount + voids_amount + write_offs_amount
            + disputes_amount + corrections_amount + fx_amount),
        arg_max(closing_amount, month_start),
        arg_max(ledger_balance, month_start),
        arg_max(difference_amount, month_start),
        arg_max(explained_amount, month_start),
        arg_max(residual_amount, month_start)
    from rpt_deferred_revenue_rollforward
    group by entity_id, currency_code
    order by entity_id, currency_code
"""

ALERTS = """
    select severity, count(*)
    from fct_alerts
    where is_open
    group by severity
    order by case severity when 'critical' then 1 when 'warning' then 2 else 3 end
"""


def money(value: object) -> str:
    """An amount with thousands separators and two places; empty for none."""
    return "-" if value is None else f"{value:,.2f}"


def table(header: list[str], rows: list[list[str]]) -> str:
    """Rows as aligned text: the first column to the left, all others to the right."""
    widths = [max(len(row[at]) for row in [header, *rows]) for at in range(len(header))]
    lines = []
    for row in [header, ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def controls(run_results: Path) -> str:
    """How many controls (tests/assert_*.sql) held in dbt's last run, and which did not."""
    if not run_results.exists():
        return "controls: no record of a run at " + str(run_results)
    results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
    states = {
        result["unique_id"].split(".")[2]: result["status"]
        for result in results
        if result["unique_id"].startswith("test.") and ".assert_" in result["unique_id"]
    }
    tests = Counter(result["status"] for result in results if result["unique_id"].startswith("test."))
    held = sum(state == "pass" for state in states.values())
    red = sorted(name for name, state in states.items() if state != "pass")
    lines = [f"{held} controls hold, {tests['pass'] - held} other data tests pass"]
    lines += [f"RED: {name}" for name in red]
    return "\n".join(lines)


def standing(connection: duckdb.DuckDBPyConnection) -> str:
    """The standing as text, from the marts of an open database."""
    queue = connection.execute(QUEUE).fetchall()
    alerts = connection.execute(ALERTS).fetchall()
    sources = [
        [f"{source}.{name}", f"{rows:,}"]
        for source, name, rows in connection.execute(SOURCES).fetchall()
    ]
    legs = [
        [leg, currency, f"{items:,}", f"{matched_count:,}", money(matched), f"{breaks_count:,}",
         money(breaks), f"{pending_count:,}", money(pending), f"{rate:.2%}"]
        for leg, currency, items, matched_count, matched, breaks_count, breaks, pending_count,
        pending, rate in connection.execute(LEGS).fetchall()
    ]  # fmt: skip
    quarantine = [
        [reason, currency, f"{rows:,}", money(amount), f"{unreadable:,}"]
        for reason, currency, rows, amount, unreadable in connection.execute(QUARANTINE).fetchall()
    ]
    parts = [
        table(["raw rows", "count"], sources),
        table(
            ["leg", "currency", "items", "matched", "amount", "breaks", "amount", "pending",
             "amount", "match rate"],
            legs,
        ),
        f"documents to look at: {sum(documents for _, documents, _ in queue)}"
        + "".join(f", {leg} {documents} ({rows} exceptions)" for leg, documents, rows in queue),
        "open alerts: " + (", ".join(f"{count} {severity}" for severity, count in alerts) or "none"),
        table(["quarantined", "currency", "rows", "amount", "unreadable"], quarantine)
        if quarantine
        else "quarantined: none",
    ]
    for currency, first, last, *amounts in connection.execute(DEFERRED).fetchall():
        names = ["opening", "billed", "recognised", "reduced", "closing", "ledger", "difference",
                 "explained", "residual"]  # fmt: skip
        parts.append(
            table([f"deferred revenue {first:%Y-%m} to {last:%Y-%m}", currency],
                  [[name, money(amount)] for name, amount in zip(names, amounts)])
        )  # fmt: skip
    return "\n\n".join(parts)


def main(arguments: list[str] | None = None) -> int:
    """Print the standing; exit code 2 with one line when there is nothing to read."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb")),
        help="DuckDB file that dbt built (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)",
    )
    parser.add_argument(
        "--run-results",
        type=Path,
        default=Path("target/run_results.json"),
        help="dbt's record of the last run (default: target/run_results.json)",
    )
    args = parser.parse_args(arguments)
    try:
        with duckdb.connect(str(args.database), read_only=True) as connection:
            print(standing(connection))
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(f"print_standing.py: {args.database}: {reason}; run make build", file=sys.stderr)
        return 2
    print()
    print(controls(args.run_results))
    return 0


if __name__ == "__main__":
    sys.exit(main())
