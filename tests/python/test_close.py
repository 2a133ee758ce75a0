"""Closed means closed: twelve periods of an invented company are closed, then late facts land.

One company is built, its year is closed from that build, and the project is built again after refunds,
edited invoices, dated-back journals, a deleted journal and a new exchange rate have landed. What is asked
of the result: no figure of a closed month moved, and every cent that did is a correction with its cause.
"""

from __future__ import annotations

import csv
import io
import shutil
from collections import defaultdict
from contextlib import redirect_stderr
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from close_file import COLUMNS, SEALED, chain_of, changed_column, line_of, rows_of, seal_of
from close_file import written as written_close
from close_period import main as close_period
from conftest import WAREHOUSE, DbtRun, copy_project, run_dbt
from generate_company import main as generate_company

pytestmark = [pytest.mark.dbt, pytest.mark.slow]

CLOSED_AT = "2025-03-02T09:00:00"
LOADED = datetime(2025, 3, 1, 12)
LOADED_LATER = datetime(2025, 3, 5, 12)
CHANGED_ON = date(2025, 3, 4)
YEAR = [f"2024-{month:02d}" for month in range(1, 13)]
# Proofs, corrections and the checklist, with the controls that read nothing else.
TO_THE_CLOSE = [
    "--select", "path:seeds/policy", "+path:models/marts/periods", "+path:models/marts/balances",
    "+rpt_revenue_bridge", "--exclude", "test_type:generic", "path:seeds/demo", "--indirect-selection", "cautious",
]  # fmt: skip
TO_CORRECTIONS = [
    "policies", "int_policy_choices", "int_late_changes", "int_late_postings", "int_period_corrections",
    "rpt_period_corrections",
]  # fmt: skip
CLOSED_MONTHS = "where month_start < date '2025-01-01' order by all"
# What documents and ledger say about each month, whatever was closed.
MOVEMENTS = """
    with facts as (
        select 'expected' as side, account_role, entry_date as fact_date, functional_amount_minor as amount_minor
        from int_expected_entries
        union all
        select 'recorded', account_role, posting_date, amount_minor
        from int_ledger_lines
        where account_role <> 'out_of_scope'
    )

    select side, account_role, strftime(fact_date, '%Y-%m'), cast(sum(amount_minor) as bigint)
    from facts
    where fact_date between date '2024-01-01' and date '2024-12-31'
    group by all
"""
TRIAL_BALANCE = f"select * from rpt_trial_balance {CLOSED_MONTHS}"
PROOFS = f"""
    select entity_id, account_role, currency_code, month_start, recorded_balance, expected_balance,
        difference_amount, residual_amount
    from rpt_account_proofs {CLOSED_MONTHS}
"""


def build(project: Path, *arguments: str, variables: dict[str, Any] | None = None) -> DbtRun:
    run = run_dbt(project, "build", *arguments, variables={"demo": False, **(variables or {})})
    assert run.failed == [], run.messages[-20:]
    assert run.success, run.messages[-20:]
    return run


def command(project: Path, *arguments: str) -> int:
    return close_period([*arguments, "--project", str(project)])


def close(project: Path, *arguments: str) -> int:
    return command(project, "close", "--database", str(project / WAREHOUSE), "--closed-at", CLOSED_AT, *arguments)


def written(project: Path) -> dict[str, bytes]:
    """Every file that closing may change, by name."""
    policy = project / "seeds" / "policy"
    paths = [*policy.glob("*.csv"), *(policy / "closes").glob("*"), project / "dbt_project.yml"]
    return {path.name: path.read_bytes() for path in paths}


def refund_late(connection: duckdb.DuckDBPyConnection, name: str, charge: str, day: date) -> None:
    """10.00 of a charge go back on a day of the closed year; the bookkeeper dates the journal back."""
    connection.execute(
        "insert into stripe.balance_transaction select * replace ($1 as id, -1000 as amount, 0 as fee, -1000 as net,"
        " 'refund' as type, 'refund' as reporting_category, $2 as source, null as payout_id, $3::timestamp as created,"
        " $3::timestamp as available_on, $4 as _fivetran_synced) from stripe.balance_transaction where source = $5",
        [f"txn_{name}", f"re_{name}", day, LOADED_LATER, charge],
    )
    connection.execute(
        "insert into stripe.refund select * replace ($1 as id, 1000 as amount, 'succeeded' as status,"
        " (select currency from stripe.charge where id = $2) as currency, $2 as charge_id,"
        " (select payment_intent_id from stripe.charge where id = $2) as payment_intent_id,"
        " $3 as balance_transaction_id, null as failure_balance_transaction_id, $4::timestamp as created,"
        " $5 as _fivetran_synced) from stripe.refund order by id limit 1",
        [f"re_{name}", charge, f"txn_{name}", day, LOADED_LATER],
    )
    post(connection, f"d0c0-{name}", day, LOADED_LATER, f"re_{name}", {"Refunds": "9.87", "Stripe Clearing": "-9.87"})


def post(
    connection: duckdb.DuckDBPyConnection,
    journal: str,
    day: date,
    synced: datetime,
    reference: str,
    lines: dict[str, str],
) -> None:
    """A journal that was entered the day before it was loaded; lines by account name, debit +."""
    connection.execute(
        "insert into xero.journal values ($1, (select max(journal_number) + 1 from xero.journal), $2, $3, $4, null,"
        " 'CASHREC', $5)",
        [journal, day, synced - timedelta(days=1), reference, synced],
    )
    for number, (account, amount) in enumerate(lines.items()):
        connection.execute(
            "insert into xero.journal_line select * replace ($1 as journal_line_id, $2 as journal_id,"
            " $3::decimal(18, 6) as net_amount, $3::decimal(18, 6) as gross_amount, 0 as tax_amount,"
            " null as description, $4 as _fivetran_synced) from xero.journal_line where account_name = $5"
            " order by journal_line_id limit 1",
            [f"{journal}-{number}", journal, amount, synced, account],
        )


def land_late_facts(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Everything that changes the closed year after its close; returns the ids of what changed."""
    charges = connection.execute(
        "select charges.id, cast(charges.created as date) + 20 from stripe.charge as charges"
        " inner join stripe.balance_transaction as transactions on charges.balance_transaction_id = transactions.id"
        " where charges.status = 'succeeded' and charges.currency = transactions.currency"
        " and charges.amount > 5000 and charges.created < '2024-11-01'"
        " and charges.id not in (select charge_id from stripe.refund)"
        " and charges.id not in (select charge_id from stripe.dispute)"
        " and charges.invoice_id not in (select invoice_id from stripe.credit_note) order by charges.id limit 3"
    ).fetchall()
    for number, (charge, day) in enumerate(charges):
        refund_late(connection, f"late{number}", charge, day)
    invoice, line = connection.execute(
        "select invoice_id, unique_id from stripe.invoice_line_item where period_start < '2024-03-01'"
        " and period_end - period_start > interval 80 day order by unique_id limit 1"
    ).fetchone()  # type: ignore[misc]
    connection.execute(
        "update stripe.invoice_line_item set period_end = period_end + interval 60 day, _fivetran_synced = $1"
        " where unique_id = $2",
        [LOADED_LATER, line],
    )
    journal = connection.execute(
        "select journal_id from xero.journal where source_type = 'ACCREC' and journal_date between"
        " '2024-07-01' and '2024-07-31' order by journal_id limit 1"
    ).fetchone()[0]  # type: ignore[index]
    connection.execute("delete from xero.journal_line where journal_id = $1", [journal])
    connection.execute("delete from xero.journal where journal_id = $1", [journal])
    day = connection.execute(
        "select cast(status_transitions_finalized_at as date) from stripe.invoice where currency = 'eur'"
        " and status = 'paid' and created between '2024-05-01' and '2024-08-31' order by id limit 1"
    ).fetchone()[0]  # type: ignore[index]
    connection.execute(
        "update ecb.exchange_rate set rate = rate + 0.0100 where currency = 'USD' and rate_date ="
        " (select max(rate_date) from ecb.exchange_rate where rate_date <= $1)",
        [day],
    )
    return {"invoice": invoice, "line": line, "journal": journal}


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project whose company of fourteen months is built, with a cent in January 2025 that nobody explains."""
    project = copy_project(tmp_path_factory.mktemp("close"), unit_tests=False)
    lock = project / "seeds" / "policy" / "accounting_periods.csv"
    days = [date(2024 + month // 12, month % 12 + 1, 1) for month in range(24)] + [date(2026, 1, 1)]
    with lock.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["entity_id", "period", "start_date", "end_date", "status", "closed_at"])
        for start, following in zip(days, days[1:]):
            writer.writerow(["main", f"{start:%Y-%m}", start, following - timedelta(days=1), "open", ""])
    arguments = ["--seed", "5", "--customers", "14", "--months", "14", "--start", "2024-01-01", "--faults", "none"]
    arguments += ["--format", "duckdb", "--labels", str(project / "target" / "labels.csv"), "--periods", str(lock)]
    assert generate_company([*arguments, "--out", str(project / WAREHOUSE)]) == 0
    with duckdb.connect(str(project / WAREHOUSE)) as connection:
        cent = {"Accounts Receivable": "0.01", "Deferred Revenue": "-0.01"}
        post(connection, "d0c0-cent", date(2025, 1, 15), LOADED, "no such thing", cent)
    build(project, *TO_THE_CLOSE)
    return project


@pytest.fixture(scope="module")
def before(company: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The year as it was before anything was closed: trial balance, proofs, and what documents and ledger say."""
    with duckdb.connect(str(company / WAREHOUSE), read_only=True) as connection:
        return {sql: connection.execute(sql).fetchall() for sql in (TRIAL_BALANCE, PROOFS, MOVEMENTS)}


@pytest.fixture(scope="module")
def refused(company: Path, before: dict[str, Any]) -> str:
    """What was said when somebody tried to close January 2025, the cent in it, together with the year."""
    untouched, said = written(company), io.StringIO()
    with redirect_stderr(said):
        assert close(company, "--period", "2024-01", "--through", "2025-01") == 1
    assert written(company) == untouched, "a refused close wrote something"
    return said.getvalue()


@pytest.fixture(scope="module")
def closed(company: Path, refused: str) -> Path:
    """The project after its twelve periods of 2024 were closed one after the other."""
    assert close(company, "--period", "2024-01", "--through", "2024-12") == 0
    assert command(company, "verify") == 0
    return company


@pytest.fixture(scope="module")
def late(closed: Path) -> tuple[DbtRun, dict[str, str]]:
    """The same project after late facts have landed and it was built again, with every control green."""
    with duckdb.connect(str(closed / WAREHOUSE)) as connection:
        ids = land_late_facts(connection)
    return build(closed, *TO_THE_CLOSE), ids


@pytest.fixture
def files(closed: Path, tmp_path: Path) -> Path:
    """The files of the closed year in a folder that a test may change."""
    shutil.copytree(closed / "seeds" / "policy", tmp_path / "seeds" / "policy")
    shutil.copy2(closed / "dbt_project.yml", tmp_path / "dbt_project.yml")
    return tmp_path


def test_a_period_with_an_unexplained_cent_refuses_and_names_account_and_cent(refused):
    lines = refused.splitlines()
    assert [line.split(" (")[0] for line in lines if not line.startswith(" ")] == [
        "2025-01: no_unexplained_cents: account accounts_receivable",
        "2025-01: no_unexplained_cents: account deferred_revenue",
    ]
    assert "(1, 0.01 USD)" in refused and "(1, -0.01 USD)" in refused
    assert "2025-01-15 recorded 0.01 USD on accounts_receivable: ledger:recorded:main:xero:d0c0-cent-0" in refused


def test_each_close_quotes_the_hash_of_the_one_before(closed):
    previous = "none"
    for period in YEAR:
        rows = rows_of(closed / "seeds" / "policy" / "closes" / f"main_{period.replace('-', '_')}.csv")
        assert chain_of(rows)["previous_close"] == previous
        previous = chain_of(rows)["this_close"]


def test_no_figure_of_a_closed_month_moves(before, late):
    run, _ = late
    assert run.query(TRIAL_BALANCE) == before[TRIAL_BALANCE]
    assert run.query(PROOFS) == before[PROOFS]


def test_every_late_cent_is_a_correction(before, late):
    run, _ = late
    moved: dict[tuple[Any, ...], Any] = defaultdict(int)
    for sign, rows in ((1, run.query(MOVEMENTS)), (-1, before[MOVEMENTS])):
        for side, role, month, amount in rows:
            moved[side, role, month] += sign * amount
    corrections = run.query(
        "select side, account_role, original_period, cast(sum(correction_amount) * 100 as bigint)"
        " from rpt_period_corrections group by all having sum(correction_amount) <> 0"
    )
    assert {key: amount for key, amount in moved.items() if amount} == {row[:3]: row[3] for row in corrections}
    assert len({row[2] for row in corrections}) == len(YEAR), "a longer service changes every month"


def test_every_correction_has_its_cause_and_is_posted_to_the_period_of_the_change(late):
    run, ids = late
    causes = {
        (side, event, document, cause)
        for side, event, document, cause in run.query(
            "select side, event_type, document_reference, cause from rpt_period_corrections"
        )
    }
    assert {("expected", "refund", f"re_late{number}", "late_data") for number in range(3)} <= causes
    assert {
        (side, cause) for side, event, document, cause in causes if document == f"stripe:{ids['line']}" or document == ids["line"]
    } == {("expected", "late_data")}
    assert {cause for side, *_, cause in causes if side == "recorded"} == {"back_dated_journal", "removed_data"}
    assert {document for *_, document, cause in causes if cause == "back_dated_journal"} == {
        f"d0c0-late{number}-{line}" for number in range(3) for line in range(2)
    }
    assert {cause for side, *_, cause in causes if side == "expected"} == {"late_data", "fx"}
    dates = run.query("select distinct cause, posted_period, posted_date from rpt_period_corrections order by all")
    assert dates == [
        ("back_dated_journal", "2025-03", CHANGED_ON),
        ("fx", "2025-03", date(2025, 3, 1)),
        ("late_data", "2025-03", CHANGED_ON),
        ("removed_data", "2025-03", date(2025, 3, 1)),
    ]


def test_corrections_balance_and_the_controls_of_closes_are_green(late):
    run, _ = late
    assert run.query(
        "select side, document_reference from rpt_period_corrections where side = 'expected'"
        " group by all having sum(correction_amount) <> 0"
    ) == []  # fmt: skip
    for control in (
        "assert_closed_periods_stand_as_they_were_closed",
        "assert_corrections_lead_from_reported_to_corrected",
        "assert_every_close_is_locked",
        "assert_account_proofs_leave_no_residual",
        "assert_rollforward_ties_to_the_ledger",
    ):
        assert run.statuses[control] == "pass"


def test_the_other_choice_posts_to_the_earliest_open_period(closed, late):
    policies = closed / "seeds" / "policy" / "policies.csv"
    text = policies.read_text(encoding="utf-8")
    policies.write_text(text.replace("late_posting,,latest_open_period", "late_posting,,earliest_open_period"), encoding="utf-8")
    run = build(closed, "--select", *TO_CORRECTIONS, "--indirect-selection", "empty")
    assert run.query("select distinct posted_period, posted_date from rpt_period_corrections") == [
        ("2025-01", date(2025, 1, 1))
    ]


@pytest.mark.parametrize("column", ["credit_minor", "document_reference", "entry_date"])
def test_verify_names_the_file_the_row_and_the_value_that_was_changed(files, column, capsys):
    path = files / "seeds" / "policy" / "closes" / "main_2024_05.csv"
    rows = rows_of(path)
    place = next(number for number, row in enumerate(rows) if row["record_kind"] == "entry") + 7
    changed = {"credit_minor": "1", "document_reference": "in_other", "entry_date": "2024-05-30"}[column]
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    assert rows[place][column] != changed
    lines[place + 1] = line_of({**rows[place], column: changed})
    path.write_text("".join(lines), encoding="utf-8")
    assert command(files, "verify") == 1
    said = capsys.readouterr().err
    assert f"main_2024_05.csv: row {place + 1}, {column}: '{changed}' is not what was closed" in said
    assert "its rows hash to" in said
    assert ("its entries sum to" in said) == (column == "credit_minor")


def test_every_changed_value_of_a_row_is_named_and_two_are_named_as_the_row():
    text, _ = written_close("main", "2024-05", [{"record_kind": "entry", "side": "expected", "debit_minor": 12}], "none")
    row = dict(zip(COLUMNS, text.splitlines()[1].split(",")))
    assert seal_of(row) == row["seal"]
    for column in SEALED:
        assert changed_column({**row, column: "something else"}) == column
    assert changed_column({**row, "side": "recorded", "item": "late"}) is None
    assert changed_column({**row, "seal": "not a seal at all"}) is None


def test_verify_sees_a_row_that_is_gone_and_a_chain_that_is_broken(files, capsys):
    path = files / "seeds" / "policy" / "closes" / "main_2024_05.csv"
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[:60] + lines[61:]), encoding="utf-8")
    assert command(files, "verify") == 1
    assert "main_2024_05.csv: row 60 says it is row 61" in capsys.readouterr().err
    (files / "seeds" / "policy" / "closes" / "main_2024_04.csv").unlink()
    assert command(files, "verify") == 1
    assert "main_2024_04.csv: listed in dbt_project.yml and not there" in capsys.readouterr().err


def test_only_the_latest_period_can_be_opened_again(files, capsys):
    arguments = ["reopen", "--reason", "a subsidiary's invoices were missing", "--approved-by", "B. Checker"]
    untouched = written(files)
    assert command(files, *arguments, "--period", "2024-11") == 2
    assert "only the latest closed period" in capsys.readouterr().err
    assert written(files) == untouched
    assert command(files, *arguments) == 0
    after = written(files)
    assert "main_2024_12.csv" not in after and b"2024-12,2024-12-01,2024-12-31,open,\n" in after["accounting_periods.csv"]
    assert b"main_2024_12" not in after["dbt_project.yml"]
    assert b"B. Checker,a subsidiary's invoices were missing," in after["period_reopenings.csv"]
    assert command(files, "verify") == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--period", "2024-13"], "no period of main"),
        (["--period", "2024-06"], "closed already"),
        (["--period", "2025-02"], "the next period to close is 2025-01"),
        (["--period", "2025-01", "--accept", "no_quarantined_rows=small"], "needs --approved-by"),
        (["--period", "2025-01", "--accept", "no_unexplained_cents=small", "--approved-by", "B. Checker"], "only met"),
        (["--period", "2025-01", "--database", "nowhere.duckdb"], "no such database"),
    ],
)
def test_what_cannot_be_closed_is_said_in_one_line(late, arguments, said, capsys):
    run, _ = late
    assert close(run.project, *arguments) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


def test_a_database_built_before_a_close_is_not_closed_from(late, files, capsys):
    run, _ = late
    assert command(files, "reopen", "--reason", "a test", "--approved-by", "B. Checker") == 0
    assert close_period(["close", "--period", "2024-12", "--project", str(files), "--database", str(run.database)]) == 2
    assert "built with other closes" in capsys.readouterr().err
