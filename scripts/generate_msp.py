"""Generate an invented managed service provider: agreements, vendor counts, metered use, invoices, bank and ledger.

Writes the raw tables, the policy seeds with the provider's mappings (client_mappings,
service_mappings, services) and the labels of what was planted. Build it with the policy seeds laid
over seeds/policy and the vars usage_sources [metering, stripe], agreement_sources [agreements],
count_sources [vendor_counts] and psa_sources [psa].
"""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from pathlib import Path

from company.msp import generate_provider, write_labels
from company.msp.faults import parse_rates
from company.msp.policy import write_policy
from company.tables import row_count
from company.write import write_tables
from generate_company import first_of_month, positive


def build_parser() -> argparse.ArgumentParser:
    """Command line of the generator."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=7, help="the same seed gives the same provider (default 7)")
    parser.add_argument("--clients", type=positive, default=40, help="number of clients (default 40)")
    parser.add_argument("--months", type=positive, default=6, help="number of months (default 6)")
    parser.add_argument("--start", type=first_of_month, default=dt.date(2024, 1, 1),
                        help="first day of the first month (default 2024-01-01)")
    parser.add_argument("--faults", default="default",
                        help="what to plant: none, default, or rates such as quantity_under=0.05,... (default default)")
    parser.add_argument("--out", type=Path, required=True,
                        help="folder for seeds/<source>/, policy/ and labels.csv")
    parser.add_argument("--format", choices=("csv", "parquet", "duckdb"), default="csv",
                        help="of the raw tables; duckdb writes <out>/raw.duckdb (default csv)")
    return parser


def main(arguments: list[str] | None = None) -> int:
    """Run the command; returns the exit code, 2 with one line on stderr for bad input."""
    args = build_parser().parse_args(arguments)
    out: Path = args.out
    try:
        provider = generate_provider(args.seed, args.clients, args.months, args.start, parse_rates(args.faults))
        target = out / "raw.duckdb" if args.format == "duckdb" else out / "seeds"
        write_tables(provider.tables, target, args.format)
        write_policy(provider.policy, out / "policy")
        write_labels(provider.labels, out / "labels.csv")
    except (ValueError, OSError) as error:
        print(f"generate_msp.py: error: {error}", file=sys.stderr)
        return 2
    rows = sum(row_count(table) for table in provider.tables.values())
    print(f"{len(provider.tables)} tables, {rows} rows, {len(provider.labels)} labels -> {out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
