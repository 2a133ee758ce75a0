"""Does the period tie? Each check says so in words a reader needs no dictionary for."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any, NamedTuple, Sequence

from audit.contents import MARTS
from audit.tables import Column, Table
from audit.warehouse import Scope

TIES, DOES_NOT_TIE, NOTE = "ties", "does not tie", "note"
# A cause that says only that there is none: a deposit that nobody expected is a name, not an explanation.
WITHOUT_CAUSE = ("unknown", "unexplained_")
KEYS = (
    "payout_id",
    "account_role",
    "processor_name",
    "bank_account",
    "step",
    "source_table",
    "currency_code",
)


class Check(NamedTuple):
    """One question, its finding (ties, does not tie or note) and the answer in words."""

    name: str
    finding: str
    words: str


def money(amount: Decimal) -> str:
    """An amount with separators and at least two places."""
    text = f"{amount:,.4f}"
    return text[:-2] if text.endswith("00") else text


def rows_of(table: Table) -> list[dict[str, Any]]:
    """Rows as dicts."""
    names = [column.name for column in table.columns]
    return [dict(zip(names, row)) for row in table.rows]


def plural(number: int, one: str, many: str = "") -> str:
    """'1 row', '2 rows'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def names(found: Sequence[str], most: int = 5) -> str:
    """The first few names and how many more."""
    return ", ".join(found[:most]) + (f" and {len(found) - most} more" if len(found) > most else "")


def accounts(table: Table) -> Check:
    """Every account: recorded less expected is timing and named causes, and nothing is left."""
    rows = rows_of(table)
    wrong = [row for row in rows if row["residual_amount"] or row["unknown_amount"]]
    differ = sum(bool(row["difference_amount"]) for row in rows)
    if wrong:
        said = [
            f"{row['account_role']} {money(row['unknown_amount'])} of unknown cause, {money(row['residual_amount'])} unexplained ({row['currency_code']})"
            for row in wrong
        ]
        return Check(
            "accounts", DOES_NOT_TIE, f"{plural(len(wrong), 'account')} of {len(rows)}: {names(said)}"
        )
    end = "every difference is timing or a named cause" if differ else "the ledger equals the expected books"
    return Check(
        "accounts",
        TIES,
        f"{plural(len(rows), 'account')}, {len(rows) - differ} agree to the cent, {differ} differ; {end}.",
    )


def trial_balance(table: Table) -> Check:
    """Debits equal credits in what was expected; what the ledger recorded is shown beside it."""
    wrong = []
    sums: Counter[str] = Counter()
    for row in rows_of(table):
        sums[row["currency_code"]] += row["expected_balance"] or 0
    wrong = [f"{money(amount)} {currency}" for currency, amount in sorted(sums.items()) if amount]
    if wrong:
        return Check(
            "trial balance", DOES_NOT_TIE, f"expected balances add up to {names(wrong)} instead of 0"
        )
    return Check(
        "trial balance",
        TIES,
        f"{plural(len(table.rows), 'account')}; expected debits equal expected credits.",
    )


def residuals(table: Table, zero: Sequence[str]) -> Check | None:
    """Every residual of a proof is 0; None for a table without one."""
    columns = [name for name in zero if table.has(name)]
    if not columns:
        return None
    name = table.path.split("/")[-1].removesuffix(".csv").removeprefix("rpt_").replace("_", " ")
    wrong = []
    for row in rows_of(table):
        for column in columns:
            if row[column]:
                key = " ".join(str(row[key]) for key in KEYS if row.get(key))
                wrong.append(f"{key}: {column.removesuffix('_amount')} {money(row[column])}")
    if wrong:
        return Check(name, DOES_NOT_TIE, names(wrong))
    return Check(name, TIES, f"{plural(len(table.rows), 'row')}, nothing is left unexplained in any.")


def landed_rows(table: Table) -> Check:
    """Every landed row was accepted, ignored for a reason or held back."""
    rows = rows_of(table)
    wrong = [
        f"{row['source_name']}.{row['source_table']}"
        for row in rows
        if row["rows_in"] != row["accepted_rows"] + row["ignored_rows"] + row["quarantined_rows"]
    ]
    total, held = sum(row["rows_in"] for row in rows), sum(row["quarantined_rows"] for row in rows)
    if wrong:
        return Check(
            "landed rows", DOES_NOT_TIE, f"rows are lost between landing and the books in {names(wrong)}"
        )
    end = (
        f"{plural(held, 'row is', 'rows are')} held back, see fct_quarantined_rows"
        if held
        else "none is held back"
    )
    return Check(
        "landed rows", TIES, f"{plural(total, 'landed row')} of the whole build are accounted for; {end}."
    )


def by_finding(name: str, table: Table, good: str, all_good: str, key: str) -> Check:
    """A check over a table that has a `finding` in each row."""
    wrong = [str(row[key]) for row in rows_of(table) if row["finding"] != good]
    if wrong:
        return Check(name, DOES_NOT_TIE, f"{len(wrong)} of {len(table.rows)} do not: {names(wrong)}")
    return Check(name, TIES, all_good.format(len(table.rows)))


def exceptions(table: Table) -> Check:
    """What is open, by currency: a named difference may stay open, one without a cause may not."""
    rows = rows_of(table)
    amounts: Counter[str] = Counter()
    for row in rows:
        amounts[row["currency_code"]] += abs(row["open_amount"] or 0)
    unknown = [
        f"{row['leg']} {row['account_role']} {money(row['open_amount'])} {row['currency_code']} of {row['document_date']}"
        for row in rows
        if not row["cause"] or row["cause"].startswith(WITHOUT_CAUSE)
    ]
    if not rows:
        return Check("open differences", TIES, "none dated up to the end of the period.")
    said = names([f"{money(amount)} {currency}" for currency, amount in sorted(amounts.items())], 8)
    start = f"{plural(len(rows), 'difference')} dated up to the end of the period, gross {said}"
    if unknown:
        return Check(
            "open differences",
            DOES_NOT_TIE,
            f"{start}; {len(unknown)} without a known cause: {names(unknown)}",
        )
    return Check(
        "open differences", TIES, f"{start}; each has a named cause and is still to be corrected or accepted."
    )


def close(closes: Table, checklist: Table | None, scope: Scope) -> Check:
    """Is the period closed, and what stands against it by the checklist?"""
    states = [f"{row['period']} is {row['state']}" for row in rows_of(closes) if row["period"] in scope.names]
    unmet = [
        f"{row['check_name']} ({row['subject']})"
        for row in (rows_of(checklist) if checklist else [])
        if not row["is_met"]
    ]
    stands = f"{len(unmet)} findings of the checklist: {names(unmet)}" if unmet else "the checklist is met"
    return Check(
        "close", NOTE, f"{names(states) or 'no accounting period is listed for this month'}; {stands}."
    )


def checks(tables: dict[str, Table], scope: Scope, as_of: Any, absent: Sequence[str]) -> list[Check]:
    """All checks over the tables of a pack, by path."""
    found: list[Check] = []
    if as_of < scope.end:
        found.append(
            Check(
                "end of the period",
                DOES_NOT_TIE,
                f"the data reaches {as_of}, so the period is not over in it.",
            )
        )
    found.append(accounts(tables["proofs/rpt_account_proofs.csv"]))
    if "proofs/rpt_trial_balance.csv" in tables:
        found.append(trial_balance(tables["proofs/rpt_trial_balance.csv"]))
    for mart in MARTS:
        table = tables.get(f"proofs/{mart.name}.csv")
        if table is not None and mart.name != "rpt_account_proofs" and (check := residuals(table, mart.zero)):
            found.append(check)
    if "proofs/rpt_row_conservation.csv" in tables:
        found.append(landed_rows(tables["proofs/rpt_row_conservation.csv"]))
    found.append(
        by_finding(
            "controls",
            tables["proofs/controls.csv"],
            "holds",
            "{} controls were run again and hold.",
            "control",
        )
    )
    if "exceptions/fct_exceptions.csv" in tables:
        found.append(exceptions(tables["exceptions/fct_exceptions.csv"]))
    if "exceptions/rpt_decision_findings.csv" in tables:
        failing = [
            row["decision_id"]
            for row in rows_of(tables["exceptions/rpt_decision_findings.csv"])
            if row["is_failing"]
        ]
        in_force = len(tables["exceptions/review_decisions.csv"].rows)
        found.append(
            Check("decisions", DOES_NOT_TIE, f"something is wrong with {names(failing)}")
            if failing
            else Check(
                "decisions",
                TIES,
                f"{plural(in_force, 'decision')} in force at the end of the period; nothing is wrong with any.",
            )
        )
    sampled = rows_of(tables["samples/items.csv"])
    broken = [row["item_id"] for row in sampled if not row["is_trail_complete"]]
    found.append(
        Check(
            "trails of the samples",
            DOES_NOT_TIE,
            f"{len(broken)} of {len(sampled)} are incomplete: {names(broken)}",
        )
        if broken
        else Check(
            "trails of the samples",
            TIES,
            f"{plural(len(sampled), 'item')}; each ends in landed rows that add up to it.",
        )
    )
    found.append(
        by_finding(
            "rules",
            tables["rules/rules_loaded.csv"],
            "the same",
            "{} rule files are those the database was built with.",
            "file",
        )
    )
    found.append(
        by_finding(
            "SQL",
            tables["sql/index.csv"],
            "as in the project",
            "{} models and controls were compiled from the project's files.",
            "name",
        )
    )
    if "proofs/rpt_period_closes.csv" in tables:
        found.append(
            close(tables["proofs/rpt_period_closes.csv"], tables.get("proofs/rpt_close_checklist.csv"), scope)
        )
    if absent:
        found.append(Check("not in this build", NOTE, names(list(absent), 20)))
    return found


def verdict(scope: Scope, found: Sequence[Check]) -> tuple[bool, str]:
    """(ties, sentence) over all checks."""
    wrong = [check.name for check in found if check.finding == DOES_NOT_TIE]
    if not wrong:
        return (
            True,
            f"{scope.entity}, {scope.period}: the period ties. Every difference has a name and nothing is left over.",
        )
    return False, f"{scope.entity}, {scope.period}: the period does not tie. See {', '.join(wrong)}."


def table_of(found: Sequence[Check]) -> Table:
    """The checks as summary.csv."""
    columns = [Column("check", "text"), Column("finding", "text"), Column("in_words", "text")]
    return Table("summary.csv", "Does the period tie?", columns, [tuple(check) for check in found])
