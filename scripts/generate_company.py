"""Generate a small or large invented company: Stripe, PayPal, a Xero ledger, bank accounts and ECB rates."""

from __future__ import annotations

import argparse
import csv
import datetime as dt
import gc
import sys
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from company.bank import post_statement
from company.incidents import Incidents, parse_incidents, strike_ledger
from company.landings import Stop, land_daily, parse_stop
from company.msp import write_labels as write_quantity_labels
from company.quantities import add_quantities
from company.rates import load_rates
from company.simulate import simulate
from company.tables import Tables, row_count
from company.world import PROCESSORS, Options
from company.write import write_labels, write_tables

PERIODS = Path(__file__).resolve().parents[1] / "seeds" / "policy" / "accounting_periods.csv"


def build_parser() -> argparse.ArgumentParser:
    """Command line of the generator."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same company (default 7)")
    parser.add_argument("--customers", type=positive, default=80, help="number of customers (default 80)")
    parser.add_argument("--months", type=positive, default=15, help="number of months (default 15)")
    parser.add_argument("--start", type=first_of_month, default=dt.date(2024, 1, 1),
                        help="first day of the first month (default 2024-01-01)")
    parser.add_argument("--faults", default="none",
                        help="what to plant: none, default, a file, or rates such as refund_not_recorded=0.05,...")
    parser.add_argument("--processors", type=_processors, default=PROCESSORS,
                        help="who takes the money: stripe, or stripe,paypal (default stripe,paypal)")
    parser.add_argument("--out", type=Path, required=True, help="folder, or the database file for duckdb")
    parser.add_argument("--format", choices=("csv", "parquet", "duckdb"), default="csv", help="default csv")
    parser.add_argument("--labels", type=Path, help="file of the planted faults (default <out>/labels.csv)")
    parser.add_argument("--quantity-labels", type=Path,
                        help="also write agreements, counted seats and metered calls of some customers, and what was"
                             " planted there into this file")
    parser.add_argument("--periods", type=Path, default=PERIODS,
                        help="accounting periods, for faults in closed ones (default the policy seed)")
    parser.add_argument("--timezone", type=_timezone, default="UTC",
                        help="time zone of the ledger's accounting dates (default UTC)")
    parser.add_argument("--loads", choices=("once", "daily"), default="once",
                        help="how it landed: all at once, or every morning with a row per version (default once)")
    parser.add_argument("--incidents", type=_incidents, default=Incidents(), metavar="INCIDENT,...",
                        help="refunds:FROM:MENDED (their journals come when it is mended), invoice:DAY:DOLLARS (the ledger"
                        " never gets it), such as refunds:2024-04-15:2024-05-06,invoice:2024-05-14:50000")
    parser.add_argument("--stop", type=_stop, action="append", default=[], metavar="SOURCE:FROM:UNTIL",
                        help="with --loads daily, a source that was not loaded on these mornings (UNTIL excluded),"
                        " such as stripe:2024-01-16:2024-01-22; may be repeated")
    parser.add_argument("--load-log", action="store_true",
                        help="with --loads daily, a table load_log.load of the connectors' own runs")
    return parser


def positive(text: str) -> int:
    """A whole number from 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be at least 1")
    return number


def _processors(text: str) -> tuple[str, ...]:
    """Names of processors, Stripe among them: billing is Stripe's."""
    names = tuple(name for name in PROCESSORS if name in text.split(","))
    if "stripe" not in names or len(names) != len(text.split(",")):
        raise argparse.ArgumentTypeError("must be stripe or stripe,paypal")
    return names


def first_of_month(text: str) -> dt.date:
    """A date that starts a month."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error
    if day.day != 1:
        raise argparse.ArgumentTypeError("must be the first day of a month")
    return day


def _incidents(text: str) -> Incidents:
    """What goes wrong one day."""
    try:
        return parse_incidents(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _timezone(text: str) -> str:
    """A name of the time zone database."""
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError) as error:
        raise argparse.ArgumentTypeError(f"unknown time zone {text}") from error
    return text


def _stop(text: str) -> Stop:
    """A source that stops and when it resumes."""
    try:
        return parse_stop(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def read_fault_rates(text: str) -> dict[str, float]:
    """Fault rates by cause from `none`, `default`, `cause=rate,...` or a file that holds such text.

    Raises ValueError for anything else and OSError for a file that cannot be read.
    """
    from company.faults import parse_rates

    if "=" not in text and text not in ("none", "default"):
        text = Path(text).read_text(encoding="utf-8")
    return parse_rates(text)


def read_closes(path: Path, entity: str = "main") -> dict[str, dt.datetime]:
    """When (UTC) the books of which month (YYYY-MM) of an entity were closed; empty without the default file.

    Raises OSError for another file that cannot be read and ValueError for one with other columns or times.
    """
    if path == PERIODS and not path.exists():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if not {"entity_id", "period", "closed_at"} <= set(reader.fieldnames or ()):
            raise ValueError(f"{path} lacks columns: entity_id, period, closed_at")
        return {
            row["period"]: dt.datetime.fromisoformat(row["closed_at"])
            for row in reader if row["entity_id"] == entity and row["closed_at"]
        }


def generate(
    options: Options, timezone: str, fault_rates: dict[str, float], closes: dict[str, dt.datetime] | None = None,
    incidents: Incidents = Incidents(),
) -> tuple[Tables, list[dict[str, Any]]]:
    """All raw tables of a company and the labels of what was planted in it."""
    from company.bookkeeper import post_ledger
    from company.faults import inject_faults

    rates = load_rates(options.start, options.last_day)
    tables = simulate(options, rates, incidents)
    tables["ecb.exchange_rate"] = rates
    # A company without faults leaves nothing to confirm.
    tables.update(post_statement(tables, options, joins=bool(fault_rates)))
    tables.update(post_ledger(tables, seed=options.seed, timezone=timezone, as_of=options.last_day))
    tables = strike_ledger(tables, incidents)
    if not fault_rates:
        return tables, []
    return inject_faults(tables, fault_rates, options.seed, timezone, closes)


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code, 2 with one line on stderr for bad input."""
    # Millions of rows and no reference cycles: the collector would only cost time, a third of the ledger's.
    gc.disable()
    parser = build_parser()
    args = parser.parse_args(arguments)
    options = Options(args.seed, args.customers, args.months, args.start, args.processors)
    default_labels = args.out.with_suffix(".labels.csv") if args.format == "duckdb" else args.out / "labels.csv"
    try:
        rates, closes = read_fault_rates(args.faults), read_closes(args.periods)
        if (args.stop or args.load_log) and args.loads != "daily":
            raise ValueError("--stop and --load-log need --loads daily")
        tables, labels = generate(options, args.timezone, rates, closes, args.incidents)
        if args.quantity_labels:
            quantities, planted = add_quantities(tables, options.last_day)
            tables |= quantities
            write_quantity_labels(planted, args.quantity_labels)
        if args.loads == "daily":
            tables = land_daily(tables, options.start, options.last_day, args.stop, args.load_log)
        write_tables(tables, args.out, args.format)
        write_labels(labels, args.labels or default_labels)
    except (ValueError, OSError) as error:
        print(f"generate_company.py: error: {error}", file=sys.stderr)
        return 2
    rows = sum(row_count(table) for table in tables.values())
    print(f"{len(tables)} tables, {rows} rows, {len(labels)} labels -> {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
