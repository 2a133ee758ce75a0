"""Scoring: what counts as found, as named, and as a clean document broken."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "scripts"))

from company.batch import copy_project, generate_companies, land
from company.tables import row_count
from score_company import (
    Break,
    Share,
    build_parser,
    causes_named,
    main,
    passes,
    read_breaks,
    read_journal_lines,
    read_share,
    render,
    score,
    together,
)

LABELS = """source_table,record_id,cause,amount,currency,document_reference
xero.journal,j1,rounding,10.00,USD,
stripe.refund,re_1,refund_not_recorded,5.00,USD,re_1
bank_statement.statement_line,line-1,unknown_currency,8.00,QQQ,po_1
"""

# item, leg, status, record, document, cause, amount
ITEMS = [
    ("i1", "ledger", "discrepancy", "l1", "ch_1", "rounding", "10.00"),
    ("i2", "ledger", "expected_only", "re_1", "re_1", "refund_not_recorded", "-5.00"),
    ("i3", "ledger", "matched", "l7", "ch_7", None, "1.00"),
]


def broken(
    document: str, cause: str, amount: int, record: str = "row", status: str = "discrepancy"
) -> Break:
    """Return a break about one document."""
    records = frozenset({record})
    return Break("ledger", status, record, document, cause, Decimal(amount), records, "")


def label(table: str, record: str, cause: str, document: str = "") -> dict[str, str]:
    """Return one label."""
    return {"source_table": table, "record_id": record, "cause": cause,
            "document_reference": document}  # fmt: skip


def build(folder: Path, items: list[tuple], queue: int = 3) -> list[str]:
    """Write a database with a queue of so many rows, and labels; return the command line."""
    with duckdb.connect(str(folder / "built.duckdb")) as connection:
        connection.execute(
            "create table fct_reconciliation_items (item_id text, leg text, side text, "
            "source_name text, source_record_id text, document_reference text, account_role text, "
            "event_type text, status text, cause text, explanation text, amount decimal(28, 4), "
            "currency_code text)"
        )
        for item, leg, status, record, document, cause, amount in items:
            connection.execute(
                "insert into fct_reconciliation_items (item_id, leg, status, source_record_id, "
                "document_reference, cause, amount) values (?, ?, ?, ?, ?, ?, ?)",
                [item, leg, status, record, document, cause, amount],
            )
        connection.execute(
            "create table fct_item_parts (item_id text, source_name text, source_record_id text, "
            "amount decimal(28, 4))"
        )
        connection.execute(
            "create table fct_quarantined_rows as select 'bank_statement' as source_name, "
            "'statement_line' as source_table, 'line-1' as source_record_id, "
            "'unknown_currency' as reason, 8.00 as amount"
        )
        connection.execute(f"create table fct_exceptions as select * from range({queue})")
        connection.execute(f"create table rpt_exception_queue as select * from range({queue})")
        connection.execute(
            "create table xero__journal_line as "
            "select 'j1' as journal_id, unnest(['l1', 'l2']) as journal_line_id"
        )
    (folder / "labels.csv").write_text(LABELS, encoding="utf-8")
    return ["--database", str(folder / "built.duckdb"), "--labels", str(folder / "labels.csv")]


def test_all_found_and_nothing_else_broken(tmp_path: Path, capsys) -> None:
    assert main(build(tmp_path, ITEMS)) == 0
    printed = capsys.readouterr().out
    assert "precision 100.0 %" in printed
    last = next(line for line in printed.splitlines() if line.startswith("all"))
    assert last.split()[1:4] == ["3", "3", "100.0"]


def test_the_share_that_is_left_to_people_is_printed(tmp_path: Path, capsys) -> None:
    main(build(tmp_path, ITEMS))
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "3 items: 33.3 % matched, 0 pending; 3 exceptions are 3 rows of the queue"


def test_a_company_without_faults_may_have_no_exception(tmp_path: Path) -> None:
    suggested = ("i8", "ledger", "suggested", "l8", "ch_8", None, "5.00")
    for queue, code in ((0, 0), (1, 1)):
        folder = tmp_path / str(queue)
        folder.mkdir()
        command = build(folder, [suggested], queue)
        with duckdb.connect(str(folder / "built.duckdb")) as connection:
            connection.execute("delete from fct_quarantined_rows")
        (folder / "labels.csv").write_text(LABELS.splitlines()[0] + "\n", encoding="utf-8")
        assert main(command) == code


def test_a_missed_fault_fails(tmp_path: Path, capsys) -> None:
    assert main(build(tmp_path, ITEMS[:1])) == 1
    assert "refund_not_recorded stripe.refund re_1" in capsys.readouterr().out


def test_a_broken_clean_document_fails(tmp_path: Path, capsys) -> None:
    extra = ("i9", "bank", "recorded_only", "line-9", "", "unknown", "3.00")
    assert main(build(tmp_path, [*ITEMS, extra])) == 1
    assert "bank line-9 3.0000 unknown" in capsys.readouterr().out


def test_a_wrong_cause_fails_below_the_accuracy_asked_for(tmp_path: Path) -> None:
    wrong = ("i2", "ledger", "expected_only", "re_1", "re_1", "unknown", "-5.00")
    command = build(tmp_path, [ITEMS[0], wrong])
    assert main(command) == 1
    assert main([*command, "--min-cause-accuracy", "0.6"]) == 0


def test_a_suggestion_counts_unless_only_breaks_are_asked_for(tmp_path: Path) -> None:
    suggested = ("i2", "ledger", "suggested", "re_1", "re_1", "refund_not_recorded", "-5.00")
    other = ("i8", "ledger", "suggested", "l8", "ch_8", None, "5.00")
    command = build(tmp_path, [ITEMS[0], suggested, other])
    assert main(command) == 0
    assert main([*command, "--breaks-only"]) == 1


def test_markdown_is_a_table(tmp_path: Path, capsys) -> None:
    main([*build(tmp_path, ITEMS), "--format", "markdown"])
    assert capsys.readouterr().out.splitlines()[1].startswith("| ---")
    assert render(("a", "b"), [("x", 1)], True).splitlines()[2] == "| x | 1 |"


@pytest.mark.parametrize("missing", ["built.duckdb", "labels.csv"])
def test_unreadable_input_is_one_line(tmp_path: Path, capsys, missing: str) -> None:
    command = build(tmp_path, ITEMS)
    (tmp_path / missing).unlink()
    assert main(command) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_fault_is_found_by_record_or_by_document() -> None:
    labels = [
        label("xero.journal", "j1", "rounding"),
        label("stripe.refund", "re_1", "refund_not_recorded", "re_1"),
        label("stripe.charge", "ch_9", "cut_off", "ch_9"),
    ]
    breaks = [
        broken("", "rounding", 5, record="line1"),
        broken("re_1", "unknown", 7),
        broken("ch_2", "unknown", 1),
    ]
    result = score(labels, breaks, {"j1": {"line1", "line2"}})
    assert result.found == {"rounding": 1, "refund_not_recorded": 1}
    assert result.right == {"rounding": 1}
    assert [missed["record_id"] for missed in result.missed] == ["ch_9"]
    assert [item.document for item in result.clean_broken] == ["ch_2"]


def test_the_largest_break_names_the_cause() -> None:
    assert causes_named([broken("a", "x", 5), broken("a", "y", 9)]) == {"y"}
    unread = Break("quarantine", "quarantine", "r", "", "z", Decimal(0), frozenset({"r"}), "")
    assert causes_named([broken("a", "x", 5), unread]) == {"x", "z"}


def test_a_companys_breaks_do_not_touch_another_companys_labels(tmp_path: Path) -> None:
    """Both companies have the same ids; only one of them has the fault."""
    labels = [label("stripe.refund", "re_1", "refund_not_recorded", "re_1")]
    found = score(labels, [broken("re_1", "refund_not_recorded", 5)], {})
    missed = score(labels, [], {})
    both = together([found, missed])
    assert both.injected == {"refund_not_recorded": 2}
    assert both.found == both.right == {"refund_not_recorded": 1}
    assert (len(both.missed), both.breaks) == (1, 1)
    left = Share(10, 9, 0, 1, 1)
    assert passes(found, left, 0.98)
    assert not passes(both, left, 0.98)


def test_breaks_and_lines_are_read_for_one_company(tmp_path: Path) -> None:
    build(tmp_path, ITEMS)
    with duckdb.connect(str(tmp_path / "built.duckdb")) as connection:
        for table in ("fct_reconciliation_items", "fct_item_parts", "fct_quarantined_rows",
                      "fct_exceptions", "rpt_exception_queue"):  # fmt: skip
            connection.execute(f"alter table {table} add column entity_id text default 'one'")
        connection.execute(
            "update fct_reconciliation_items set entity_id = 'two' where item_id = 'i2'"
        )
        connection.execute("alter table xero__journal_line add column source_relation text")
        connection.execute("update xero__journal_line set source_relation = journal_line_id")
        assert {item.record for item in read_breaks(connection, "main", entity="one")} == {
            "l1", "line-1"
        }  # fmt: skip
        assert {item.record for item in read_breaks(connection, "main", entity="two")} == {"re_1"}
        assert read_share(connection, "main", "one") == Share(2, 1, 0, 3, 3)
        assert read_journal_lines(connection, "main", ["j1"], "l2") == {"j1": {"l2"}}


def test_seeds_are_read_from_text() -> None:
    parse = build_parser().parse_args
    assert parse(["--seeds", "1-3,7,2"]).seeds == [1, 2, 3, 7]


@pytest.mark.parametrize(
    "arguments",
    [[], ["--seeds", "one"], ["--seeds", "3-1"], ["--labels", "x"], ["--seeds", "1", "--months=0"]],
)
def test_bad_arguments_end_in_one_line(arguments: list[str], capsys) -> None:
    with pytest.raises(SystemExit) as stopped:
        main(arguments)
    assert stopped.value.code == 2
    assert "error:" in capsys.readouterr().err.splitlines()[-1]


def test_unknown_faults_end_in_one_line(capsys) -> None:
    assert main(["--seeds", "1", "--faults", "made_up=0.1"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_companies_land_together_and_sign_the_same_policies(tmp_path: Path) -> None:
    companies = generate_companies([1, 2], customers=4, months=2, fault_rates={})
    land(companies, tmp_path / "companies.duckdb")
    with duckdb.connect(str(tmp_path / "companies.duckdb")) as connection:
        for table, one_for_all in (("stripe.invoice", False), ("ecb.exchange_rate", True)):
            (count,) = connection.execute(f"select count(*) from {table}").fetchone()
            own = [row_count(company.tables[table]) for company in companies]
            assert count == (own[0] if one_for_all else sum(own))
        assert connection.execute(
            "select source_relation, count(*) from xero.organization group by 1 order by 1"
        ).fetchall() == [("seed_1", 1), ("seed_2", 1)]
    policy = copy_project(companies, tmp_path) / "seeds" / "policy"
    roles = (policy / "account_roles.csv").read_text(encoding="utf-8").splitlines()
    assert len({tuple(row.split(",")[1:]) for row in roles[1:]}) * 3 == len(roles) - 1
    entities = (policy / "entities.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert {row.split(",")[1] for row in entities} == {"seed_1", "seed_2"}


@pytest.mark.slow
@pytest.mark.dbt
def test_companies_built_together_are_scored_by_their_own_labels(tmp_path: Path, capsys) -> None:
    assert main(["--seeds", "1-2", "--keep", str(tmp_path), "--verbose"]) == 0
    printed = capsys.readouterr().out
    rows = [line.split() for line in printed.splitlines() if line.startswith("seed_")]
    assert [row[0] for row in rows] == ["seed_1", "seed_2"]
    assert all(row[1] == row[2] and row[4] == "0" for row in rows)
    assert {name.name for name in tmp_path.glob("*.labels.csv")} == {
        "seed_1.labels.csv", "seed_2.labels.csv",
    }  # fmt: skip
