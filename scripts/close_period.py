"""Close accounting periods, open the latest one again, and verify that no close was tampered with.

`close` reads a database that dbt built, which it never writes to. It refuses with the list of every check
that is not met; else it writes seeds/policy/closes/<entity>_<period>.csv, closes the period in
seeds/policy/accounting_periods.csv and lists the close in dbt_project.yml: all of it or nothing. From the
next build on the figures of the period stand still and what comes late is a correction.

    python scripts/close_period.py close --period 2024-04
    python scripts/close_period.py close --period 2024-04 --through 2024-12
    python scripts/close_period.py close --period 2024-05 --approved-by "B. Checker" \\
        --accept no_quarantined_rows="one wire in a currency we do not keep, 12 USD at most"
    python scripts/close_period.py reopen --reason "invoices of a subsidiary were missing" --approved-by "B. Checker"
    python scripts/close_period.py verify

Exit code 1: a check is not met, or a close is not what was closed. Exit code 2: it cannot be done.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import os
import re
import sys
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime, timezone
from pathlib import Path
from typing import Any, Iterator

import duckdb
from close_file import NO_CLOSE, Refused, Row, chain_of, facts_of, problems_of, rows_of, seed_name, written

LOCK_COLUMNS = ["entity_id", "period", "start_date", "end_date", "status", "closed_at"]
REOPENING_COLUMNS = ["entity_id", "period", "closed_at", "reopened_at", "approved_by", "reason", "close_hash"]
# What closing itself changes cannot be part of what a close vouches for.
NOT_HASHED = {"accounting_periods.csv", "period_reopenings.csv"}

POSTED = """
    with posted as (
        select
            'expected' as side, source_name, event_type, document_reference, account_role, currency_code,
            entry_date, original_period, original_date, amount_minor, functional_amount_minor,
            source_table, source_record_id, null as quoted_text, correction_cause
        from int_posted_entries
        where entity_id = $entity and entry_date <= $end_date
        union all
        select
            'recorded', source_name, 'journal', source_record_id, account_role, currency_code,
            posting_date, original_period, original_date, amount_minor, amount_minor,
            source_table, source_record_id,
            coalesce(nullif(trim(reference_text), ''), trim(line_text)), correction_cause
        from int_posted_ledger_lines
        where entity_id = $entity and posting_date <= $end_date and account_role <> 'out_of_scope'
    )
"""

BALANCES = POSTED + """
    select
        'balance' as record_kind, side, account_role,
        sum(case when entry_date < $start_date then functional_amount_minor else 0 end) as opening_minor,
        sum(case when entry_date >= $start_date then greatest(functional_amount_minor, 0) else 0 end)
            as debit_minor,
        sum(case when entry_date >= $start_date then greatest(-functional_amount_minor, 0) else 0 end)
            as credit_minor,
        sum(functional_amount_minor) as closing_minor,
        count(case when entry_date >= $start_date then 1 end) as row_count
    from posted
    group by side, account_role
    order by side, account_role
"""

ENTRIES = POSTED + """
    select
        'entry' as record_kind, side, source_name, event_type, document_reference, account_role,
        currency_code, entry_date, original_period, original_date,
        sum(amount_minor) as amount_minor,
        sum(greatest(functional_amount_minor, 0)) as debit_minor,
        sum(greatest(-functional_amount_minor, 0)) as credit_minor,
        count(*) as row_count,
        max(source_table) as source_table,
        -- A document named after its own record needs no second name.
        nullif(max(source_record_id), document_reference) as source_record_id,
        max(quoted_text) as quoted_text,
        max(correction_cause) as item
    from posted
    where entry_date >= $covers_from
    group by
        side, source_name, event_type, document_reference, account_role, currency_code, entry_date,
        original_period, original_date
    order by
        side, entry_date, source_name, event_type, document_reference, account_role, currency_code,
        original_period, original_date
"""

COUNTS = """
    select
        'count' as record_kind, source_name, source_table, state as item, currency_code,
        count(*) as row_count, sum(amount_minor) as amount_minor,
        sha256(string_agg(
            concat_ws('|', source_relation, source_record_id, version_number, amount_minor, recorded_at), ','
            order by source_relation, source_record_id, version_number, amount_minor, recorded_at
        )) as value
    from int_source_rows
    where entity_id = $entity and (recorded_at is null or cast(recorded_at as date) <= $end_date)
    group by source_name, source_table, state, currency_code
    order by source_name, source_table, state, currency_code
"""

UNEXPLAINED = """
    select account_role, item_id, side, amount, currency_code, item_date
    from fct_reconciliation_items
    where entity_id = ? and leg = 'ledger' and item_date between ? and ?
        and (status = 'inconclusive'
            or (cause = 'unknown' and status in ('discrepancy', 'expected_only', 'recorded_only')))
    order by account_role, item_date, item_id
    limit 20
"""


class NotMet(Exception):
    """Checks that are not met; the message has one line for each."""


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override]
        raise Refused(f"{message}; see {self.prog} --help")


# --- the project's files ---------------------------------------------------------------------------


@dataclass
class Project:
    """The files of a checkout that say which periods are closed."""

    root: Path

    def __post_init__(self) -> None:
        self.policy = self.root / "seeds" / "policy"
        self.closes = self.policy / "closes"
        self.lock_path = self.policy / "accounting_periods.csv"
        self.reopenings_path = self.policy / "period_reopenings.csv"
        self.settings_path = self.root / "dbt_project.yml"
        for path in (self.lock_path, self.settings_path):
            if not path.is_file():
                raise Refused(f"{path}: no such file; give the project's folder with --project")
        self.lock = table_of(self.lock_path, LOCK_COLUMNS)

    def listed(self) -> list[str]:
        """Names of the closes in the var of dbt_project.yml."""
        found = re.findall(r"(?m)^  closes: \[(.*)\]$", self.settings_path.read_text(encoding="utf-8"))
        if len(found) != 1:
            raise Refused(f"{self.settings_path}: needs one line '  closes: [...]' under vars")
        return [name.strip() for name in found[0].split(",") if name.strip()]

    def settings_with(self, names: list[str]) -> str:
        text = self.settings_path.read_text(encoding="utf-8")
        return re.sub(r"(?m)^  closes: \[.*\]$", f"  closes: [{', '.join(names)}]", text)

    def path_of(self, name: str) -> Path:
        return self.closes / f"{name}.csv"

    def chain(self, entity: str) -> list[tuple[str, list[Row]]]:
        """Closes of a company in the order of their periods, each with its rows."""
        found = []
        for name in self.listed():
            if not self.path_of(name).is_file():
                raise Refused(f"{self.path_of(name)}: listed in dbt_project.yml and not there; restore it")
            rows = rows_of(self.path_of(name))
            if rows and rows[0]["entity_id"] == entity:
                found.append((name, rows))
        return sorted(found, key=lambda close: facts_of(close[1]).get("start_date", ""))

    def policy_hashes(self) -> Iterator[dict[str, Any]]:
        for path in sorted(self.policy.glob("*.csv")):
            if path.name not in NOT_HASHED:
                digest = hashlib.sha256(path.read_bytes()).hexdigest()
                yield {"record_kind": "policy_file", "item": path.name, "value": digest}


def table_of(path: Path, columns: list[str]) -> list[Row]:
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != columns:
            raise Refused(f"{path}: its columns must be {','.join(columns)}")
        return list(reader)


def text_of(rows: list[Row], columns: list[str]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def replace_files(contents: dict[Path, str | None]) -> None:
    """Write or remove several files: all of it, or the files are as they were."""
    before = {path: path.read_bytes() if path.exists() else None for path in contents}
    staged = {}
    try:
        for path, text in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            if text is not None:
                staged[path] = path.with_name(f".{path.name}.new")
                staged[path].write_bytes(text.encode("utf-8"))
        for path in contents:
            if path in staged:
                os.replace(staged[path], path)
            else:
                path.unlink()
    except BaseException:
        for path in staged.values():
            path.unlink(missing_ok=True)
        for path, old in before.items():
            if old is None:
                path.unlink(missing_ok=True)
            else:
                path.write_bytes(old)
        raise


# --- closing ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Period:
    name: str
    start_date: date
    end_date: date
    status: str


def dicts_of(connection: duckdb.DuckDBPyConnection, sql: str, parameters: Any) -> list[dict[str, Any]]:
    result = connection.execute(sql, parameters)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row)) for row in result.fetchall()]


def periods_to_close(
    connection: duckdb.DuckDBPyConnection, project: Project, args: argparse.Namespace
) -> tuple[list[Period], list[Period]]:
    """All periods of the company in order, and those that are asked for."""
    known = [
        Period(*row)
        for row in connection.execute(
            "select period, start_date, end_date, status from int_accounting_periods"
            " where entity_id = ? order by start_date, period",
            [args.entity],
        ).fetchall()
    ]
    names = [period.name for period in known]
    if not known:
        raise Refused(f"{args.entity}: no periods; list them in accounting_periods.csv or name a fiscal calendar")
    last = args.through or args.period
    for name in (args.period, last):
        if name not in names:
            raise Refused(f"{name}: no period of {args.entity}; it has {names[0]} to {names[-1]}")
    if names.index(last) < names.index(args.period):
        raise Refused(f"--through {last} comes before --period {args.period}")
    asked = known[names.index(args.period) : names.index(last) + 1]

    closes = connection.execute("select distinct entity_id, period from int_close_rows").fetchall()
    built = {(row[0], row[1]) for row in closes}
    chain = project.chain(args.entity)
    filed = {(args.entity, rows[0]["period"]) for _, rows in chain}
    if {key for key in built if key[0] == args.entity} != filed:
        raise Refused("the database was built with other closes than the project has; run make build")
    lock = {row["period"]: row["status"] for row in project.lock if row["entity_id"] == args.entity}
    if any(lock.get(period.name, "open") != period.status for period in known):
        raise Refused("the database was built with another accounting_periods.csv; run make build")
    done = [period.name for period in asked if (args.entity, period.name) in filed]
    if done:
        raise Refused(f"{done[0]}: it is closed already; reopen it first")
    if chain:
        following = names.index(chain[-1][1][0]["period"]) + 1
        if names.index(args.period) != following:
            raise Refused(f"{args.period}: the next period to close is {names[following]}")
    return known, asked


def accepted_reasons(args: argparse.Namespace) -> dict[str, str]:
    reasons = {}
    for text in args.accept or []:
        name, found, reason = text.partition("=")
        if not found or not name.strip() or not reason.strip():
            raise Refused(f"--accept {text}: write check=reason")
        reasons[name.strip()] = reason.strip()
    if reasons and not (args.approved_by or "").strip():
        raise Refused("--accept needs --approved-by: who answers for it")
    return reasons


def checks_of(
    connection: duckdb.DuckDBPyConnection, args: argparse.Namespace, known: list[Period], asked: list[Period]
) -> dict[str, list[dict[str, Any]]]:
    """Rows of kind check for each period; NotMet with all of those that nobody has accepted."""
    reasons = accepted_reasons(args)
    listed = dict(connection.execute("select check_name, can_be_accepted from close_checks").fetchall())
    for name in reasons:
        if name not in listed:
            raise Refused(f"--accept {name}: no such check; there are {', '.join(sorted(listed))}")
        if not listed[name]:
            raise Refused(f"--accept {name}: this check cannot be accepted, only met")
    unmet: list[str] = []
    checks: dict[str, list[dict[str, Any]]] = {}
    for period in asked:
        rows = dicts_of(
            connection,
            "select check_name, subject, is_met, finding_count, finding_amount, currency_code, what_to_do"
            " from rpt_close_checklist where entity_id = ? and period = ? order by check_number, subject",
            [args.entity, period.name],
        )
        if not rows:
            unmet.append(f"{period.name}: it has not begun on the last complete day of the data")
        checks[period.name] = []
        for row in rows:
            # What is closed in the same run is closed before it.
            is_met = row["is_met"] or (row["check_name"] == "earlier_periods_closed" and period != asked[0])
            accepted = not is_met and row["check_name"] in reasons
            checks[period.name].append(
                {
                    "record_kind": "check",
                    "item": row["check_name"],
                    "value": "met" if is_met else f"not met: {row['subject']}",
                    "row_count": row["finding_count"],
                    "accepted_by": args.approved_by if accepted else None,
                    "reason": reasons[row["check_name"]] if accepted else None,
                }
            )
            if not is_met and not accepted:
                amount = ""
                if row["finding_amount"] is not None:
                    amount = f", {row['finding_amount'].normalize():f} {row['currency_code']}"
                unmet.append(
                    f"{period.name}: {row['check_name']}: {row['subject']}"
                    f" ({row['finding_count']}{amount}); {row['what_to_do']}"
                )
                if row["check_name"] == "no_unexplained_cents":
                    unmet.extend(unexplained_items(connection, args.entity, period, row["subject"]))
    if unmet:
        raise NotMet("\n".join(unmet))
    return checks


def unexplained_items(
    connection: duckdb.DuckDBPyConnection, entity: str, period: Period, subject: str
) -> Iterator[str]:
    parameters = [entity, period.start_date, period.end_date]
    for row in dicts_of(connection, UNEXPLAINED, parameters):
        if subject == f"account {row['account_role']}":
            yield (
                f"    {row['item_date']} {row['side']} {row['amount'].normalize():f} {row['currency_code']}"
                f" on {row['account_role']}: {row['item_id']}"
            )


def close(args: argparse.Namespace) -> None:
    project = Project(args.project)
    closed_at = moment_of(args.closed_at)
    with closing(opened(args.database)) as connection:
        known, asked = periods_to_close(connection, project, args)
        checks = checks_of(connection, args, known, asked)
        chain = project.chain(args.entity)
        previous_hash = chain_of(chain[-1][1])["this_close"] if chain else NO_CLOSE
        covers_from = day_after(facts_of(chain[-1][1])["end_date"]) if chain else date(1900, 1, 1)
        names, contents = project.listed(), {}
        for period in asked:
            name = seed_name(args.entity, period.name)
            if project.path_of(name).exists() or name in names:
                raise Refused(f"{project.path_of(name)}: the name is taken; move that file away")
            records = records_of_close(connection, project, args.entity, period, covers_from, closed_at)
            records += checks[period.name]
            contents[project.path_of(name)], previous_hash = written(
                args.entity, period.name, records, previous_hash
            )
            names.append(name)
            covers_from = day_after(period.end_date.isoformat())
    contents[project.lock_path] = text_of(locked(project.lock, args.entity, asked, closed_at), LOCK_COLUMNS)
    contents[project.settings_path] = project.settings_with(names)
    replace_files(contents)
    for period in asked:
        path = project.path_of(seed_name(args.entity, period.name))
        print(f"closed {args.entity} {period.name}: {path}, {len(contents[path].splitlines()) - 1} rows")


def records_of_close(
    connection: duckdb.DuckDBPyConnection,
    project: Project,
    entity: str,
    period: Period,
    covers_from: date,
    closed_at: datetime,
) -> list[dict[str, Any]]:
    """What a period is closed with, in the columns of a close: its days, balances, entries, counts and rules."""
    as_of_date, currency, loaded_until = connection.execute(
        "select as_of_date, functional_currency_code, (select max(synced_at) from int_source_rows where entity_id = $1)"
        " from int_entities where entity_id = $1",
        [entity],
    ).fetchone()  # type: ignore[misc]
    facts = {
        "start_date": period.start_date,
        "end_date": period.end_date,
        "covers_from": covers_from,
        "closed_at": closed_at,
        "loaded_until": loaded_until,
        "as_of_date": as_of_date,
        "functional_currency": currency,
    }
    of_period = {"entity": entity, "end_date": period.end_date}
    records = [{"record_kind": "period", "item": item, "value": value} for item, value in facts.items()]
    records += dicts_of(connection, BALANCES, of_period | {"start_date": period.start_date})
    records += dicts_of(connection, ENTRIES, of_period | {"covers_from": covers_from})
    records += dicts_of(connection, COUNTS, of_period)
    records += dicts_of(
        connection,
        "select 'rule' as record_kind, rule_name as item, fingerprint as value, row_count"
        " from int_rule_fingerprints order by rule_name",
        [],
    )
    records += project.policy_hashes()
    return records


def locked(lock: list[Row], entity: str, asked: list[Period], closed_at: datetime) -> list[Row]:
    """The lock with the periods closed; one that only the fiscal calendar knew becomes a row."""
    stamp = closed_at.strftime("%Y-%m-%d %H:%M:%S")
    rows = [dict(row) for row in lock]
    by_name = {row["period"]: row for row in rows if row["entity_id"] == entity}
    for period in asked:
        row = by_name.get(period.name)
        if row is None:
            row = dict.fromkeys(LOCK_COLUMNS, "") | {"entity_id": entity, "period": period.name}
            row |= {"start_date": period.start_date.isoformat(), "end_date": period.end_date.isoformat()}
            rows.append(row)
        if row["status"] != "closed":
            row |= {"status": "closed", "closed_at": stamp}
    return rows


# --- opening again, and verifying ------------------------------------------------------------------


def reopen(args: argparse.Namespace) -> None:
    project = Project(args.project)
    chain = project.chain(args.entity)
    if not chain:
        raise Refused(f"{args.entity}: no period has a close")
    name, rows = chain[-1]
    period = rows[0]["period"]
    if args.period and args.period != period:
        raise Refused(f"{args.period}: only the latest closed period can be opened again, which is {period}")
    if not args.reason.strip() or not args.approved_by.strip():
        raise Refused("--reason and --approved-by must say something")
    later = [
        row for row in project.lock
        if row["entity_id"] == args.entity and row["status"] == "closed"
        and row["start_date"] > facts_of(rows)["end_date"]
    ]  # fmt: skip
    if later:
        raise Refused(f"{later[-1]['period']}: it is closed and comes after {period}")
    lock = [dict(row) for row in project.lock]
    reopening = dict.fromkeys(REOPENING_COLUMNS, "") | {"entity_id": args.entity, "period": period}
    for row in lock:
        if row["entity_id"] == args.entity and row["period"] == period:
            reopening["closed_at"] = row["closed_at"]
            row |= {"status": "open", "closed_at": ""}
    reopening |= {
        "reopened_at": moment_of(args.reopened_at).strftime("%Y-%m-%d %H:%M:%S"),
        "approved_by": " ".join(args.approved_by.split()),
        "reason": " ".join(args.reason.split()),
        "close_hash": chain_of(rows).get("this_close", ""),
    }
    reopenings = [*table_of(project.reopenings_path, REOPENING_COLUMNS), reopening]
    replace_files(
        {
            project.reopenings_path: text_of(reopenings, REOPENING_COLUMNS),
            project.lock_path: text_of(lock, LOCK_COLUMNS),
            project.settings_path: project.settings_with([one for one in project.listed() if one != name]),
            project.path_of(name): None,
        }
    )
    print(f"opened {args.entity} {period} again; its close {name}.csv stays in the history of the repository")


def verify(args: argparse.Namespace) -> None:
    project = Project(args.project)
    listed = project.listed()
    found = [
        f"{path.name}: a close that dbt_project.yml does not list"
        for path in sorted(project.closes.glob("*.csv"))
        if path.stem not in listed and path.stem != "nothing_closed"
    ]
    entities = []
    for name in listed:
        if not project.path_of(name).is_file():
            found.append(f"{name}.csv: listed in dbt_project.yml and not there")
        else:
            rows = rows_of(project.path_of(name))
            entities += [rows[0]["entity_id"]] if rows else []
    if found:
        raise NotMet("\n".join(found))
    for entity in sorted(set(entities)):
        previous_hash, previous = NO_CLOSE, None
        for name, rows in project.chain(entity):
            found += problems_of(project.path_of(name), previous_hash)
            found += broken_lock(project, name, rows)
            if previous is not None:
                found += broken_openings(name, rows, previous)
            previous_hash, previous = chain_of(rows).get("this_close", ""), rows
    if found:
        raise NotMet("\n".join(found))
    print(f"{len(listed)} closes are what was closed")


def broken_lock(project: Project, name: str, rows: list[Row]) -> Iterator[str]:
    facts = facts_of(rows)
    for row in project.lock:
        if (row["entity_id"], row["period"]) == (rows[0]["entity_id"], rows[0]["period"]):
            days = (row["start_date"], row["end_date"])
            if row["status"] != "closed":
                yield f"accounting_periods.csv: {row['period']} is {row['status']} and has the close {name}.csv"
            elif days != (facts.get("start_date"), facts.get("end_date")):
                yield f"accounting_periods.csv: {row['period']} has other days than {name}.csv"
            return
    yield f"accounting_periods.csv: no row for {name}.csv"


def broken_openings(name: str, rows: list[Row], previous: list[Row]) -> Iterator[str]:
    closings = {
        (row["side"], row["account_role"]): row["closing_minor"] for row in previous if row["record_kind"] == "balance"
    }
    for place, row in enumerate(rows, start=1):
        if row["record_kind"] == "balance":
            closed_with = closings.pop((row["side"], row["account_role"]), "0")
            if row["opening_minor"] != closed_with:
                yield (
                    f"{name}.csv: row {place}, balance of {row['side']} {row['account_role']}:"
                    f" opening_minor is {row['opening_minor']}, the close before it ended with {closed_with}"
                )
    for (side, role), minor in closings.items():
        if minor not in ("", "0"):
            yield f"{name}.csv: no balance of {side} {role}, which the close before it ended with {minor}"


# --- the command line ------------------------------------------------------------------------------


def opened(path: Path) -> duckdb.DuckDBPyConnection:
    if not path.exists():
        raise Refused(f"{path}: no such database; run make build")
    connection = duckdb.connect(str(path), read_only=True)
    connection.execute("set TimeZone = 'UTC'")
    return connection


def day_after(day: str) -> date:
    return date.fromordinal(date.fromisoformat(day).toordinal() + 1)


def moment_of(text: str | None) -> datetime:
    if text is None:
        return datetime.now(timezone.utc).replace(tzinfo=None, microsecond=0)
    try:
        moment = datetime.fromisoformat(text)
        return (moment.astimezone(timezone.utc) if moment.tzinfo else moment).replace(tzinfo=None)
    except ValueError:
        raise Refused(f"{text}: not a time; write 2024-05-10T09:00:00, in UTC") from None


def parser() -> Parser:
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--project",
        type=Path,
        default=Path(__file__).resolve().parents[1],
        help="folder of the project whose files are read and written (default: this repository)",
    )
    of_entity = argparse.ArgumentParser(add_help=False)
    of_entity.add_argument("--entity", default="main", help="company (default: %(default)s)")

    main_parser = Parser(prog="close_period.py", description=(__doc__ or "").split("\n\n")[0])
    commands = main_parser.add_subparsers(dest="command", required=True, metavar="COMMAND", parser_class=Parser)

    one = commands.add_parser("close", parents=[shared, of_entity], help="close a period, or several in order")
    one.add_argument("--period", required=True, help="period to close, such as 2024-04")
    one.add_argument("--through", metavar="PERIOD", help="last of several periods to close from one build")
    one.add_argument(
        "--database",
        type=Path,
        default=Path(os.environ.get("TIEOUT_DUCKDB_PATH", "target/warehouse.duckdb")),
        help="DuckDB file that dbt built (default: TIEOUT_DUCKDB_PATH or target/warehouse.duckdb)",
    )
    one.add_argument("--accept", action="append", metavar="CHECK=REASON", help="close although this check is not met")
    one.add_argument("--approved-by", metavar="NAME", help="who answers for what is accepted")
    one.add_argument("--closed-at", metavar="TIME", help="when it was closed, UTC (default: now)")
    one.set_defaults(run=close)

    one = commands.add_parser("reopen", parents=[shared, of_entity], help="open the latest closed period again")
    one.add_argument("--period", help="the period, as a safeguard: it must be the latest closed one")
    one.add_argument("--reason", required=True, help="why, in one line")
    one.add_argument("--approved-by", required=True, metavar="NAME", help="who decided that")
    one.add_argument("--reopened-at", metavar="TIME", help="when, UTC (default: now)")
    one.set_defaults(run=reopen)

    one = commands.add_parser("verify", parents=[shared], help="check every close, its sums and the chain of hashes")
    one.set_defaults(run=verify)
    return main_parser


def main(arguments: list[str] | None = None) -> int:
    """Run one command; 1 with all findings if something is not met, 2 with one line if it cannot be done."""
    try:
        args = parser().parse_args(arguments)
        args.run(args)
    except NotMet as error:
        print(error, file=sys.stderr)
        return 1
    except (Refused, csv.Error, OSError, UnicodeDecodeError) as error:
        print(f"close_period.py: {error}", file=sys.stderr)
        return 2
    except duckdb.Error as error:
        print(f"close_period.py: {str(error).splitlines()[0]}; run make build", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
