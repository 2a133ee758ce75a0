"""What a change of the rules does: what counts as gained, lost and re-paired, and the money it moves."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import compare_rules
import duckdb
import pytest
from compare_rules import BadInput, Section, compare, money, put_rules_over, render, report, seed_changes
from conftest import PROJECT_ROOT, DbtRun

RULES = Path("seeds") / "policy" / "matching_rules.csv"
# item: leg, side, amount, status, match, rule
Items = dict[str, tuple[str, str, str, str | None, str | None]]
PAIR: Items = {
    "e1": ("expected", "10.00", "matched", "m1", "exact"),
    "r1": ("recorded", "10.00", "matched", "m1", "exact"),
}
ALONE: Items = {
    "e1": ("expected", "10.00", "expected_only", None, None),
    "r1": ("recorded", "10.00", "recorded_only", None, None),
}


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def fill(connection: duckdb.DuckDBPyConnection, side: str, items: Items, residual: str = "0") -> None:
    """Write the marts that the comparison reads; every item is on one leg of one company, in USD."""
    connection.execute(f"attach ':memory:' as {side}")
    connection.execute(
        f"create table {side}.fct_reconciliation_items (item_id text, leg text, side text, entity_id text, "
        "currency_code text, amount decimal(28, 4), document_reference text, item_date date, status text, "
        "match_id text, match_rule text)"
    )
    connection.execute(
        f"create table {side}.fct_matches (match_id text, leg text, entity_id text, currency_code text, "
        "residual_name text, residual_amount decimal(28, 4))"
    )
    connection.execute(
        f"create table {side}.fct_exceptions (item_id text, leg text, entity_id text, currency_code text, "
        "cause text, open_amount decimal(28, 4))"
    )
    for item, (of_side, amount, status, match, rule) in items.items():
        connection.execute(
            f"insert into {side}.fct_reconciliation_items values "
            "(?, 'bank', ?, 'main', 'USD', ?, 'po_1', date '2024-01-01', ?, ?, ?)",
            [item, of_side, amount, status, match, rule],
        )
        if match:
            name = "none" if residual == "0" else "rounding"
            connection.execute(
                f"insert into {side}.fct_matches values (?, 'bank', 'main', 'USD', ?, ?)", [match, name, residual]
            )
        if status in ("expected_only", "recorded_only", "discrepancy", "suggested"):
            connection.execute(
                f"insert into {side}.fct_exceptions values (?, 'bank', 'main', 'USD', ?, ?)",
                [item, f"cause_of_{status}", amount],
            )


def changes(connection: duckdb.DuckDBPyConnection, base: Items, head: Items) -> list[tuple]:
    """(change, base, head, matches, expected items, recorded items, expected and recorded amount)."""
    fill(connection, "base", base)
    fill(connection, "head", head)
    sections, _ = compare(connection)
    return [row[3:] for section in sections if section.title == "Matches" for row in section.rows]


def test_the_same_marts_have_no_difference(connection) -> None:
    fill(connection, "base", PAIR)
    fill(connection, "head", PAIR)
    assert compare(connection) == ([], [])


TEN, NOTHING = Decimal("10.0000"), Decimal("0.0000")


def test_a_match_is_gained(connection) -> None:
    assert changes(connection, ALONE, PAIR) == [
        ("gained", "expected_only", "exact", 1, 1, 0, TEN, NOTHING),
        ("gained", "recorded_only", "exact", 1, 0, 1, NOTHING, TEN),
    ]


def test_a_match_is_lost(connection) -> None:
    assert changes(connection, PAIR, ALONE) == [
        ("lost", "exact", "expected_only", 1, 1, 0, TEN, NOTHING),
        ("lost", "exact", "recorded_only", 1, 0, 1, NOTHING, TEN),
    ]


def test_a_match_that_becomes_a_discrepancy_is_lost(connection) -> None:
    linked = {item: (row[0], row[1], "discrepancy", "m1", "by_reference") for item, row in PAIR.items()}
    assert changes(connection, PAIR, linked) == [("lost", "exact", "discrepancy", 1, 1, 1, TEN, TEN)]


def test_items_that_change_partners_are_re_paired_and_not_lost(connection) -> None:
    straight = {
        f"{side[0]}{number}": (side, "10.00", "matched", f"m{number}", "exact")
        for side in ("expected", "recorded")
        for number in (1, 2)
    }
    crossed = dict(straight)
    crossed["r1"], crossed["r2"] = straight["r2"], straight["r1"]
    twenty = 2 * TEN
    assert changes(connection, straight, crossed) == [("re-paired", "exact", "exact", 2, 2, 2, twenty, twenty)]
    sections, _ = compare_again(connection)
    items = next(section for section in sections if section.title == "Items").rows
    assert [row[-3:] for row in items] == [("e1", "exact: r1", "exact: r2"), ("e2", "exact: r2", "exact: r1")]


def compare_again(connection: duckdb.DuckDBPyConnection) -> tuple[list[Section], list[str]]:
    for table in ("base_items", "head_items", "compared"):
        connection.execute(f"drop table {table}")
    return compare(connection)


def test_a_group_that_gets_another_member_is_re_paired(connection) -> None:
    whole = {**PAIR, "r2": ("recorded", "0.00", "matched", "m1", "exact")}
    single = {**PAIR, "r2": ("recorded", "0.00", "recorded_only", None, None)}
    assert [row[:4] for row in changes(connection, single, whole)] == [
        ("gained", "recorded_only", "exact", 1),
        ("re-paired", "exact", "exact", 1),
    ]


def test_a_suggestion_is_not_a_confirmed_match(connection) -> None:
    suggested = {item: (*row[:2], "suggested", *row[3:]) for item, row in PAIR.items()}
    assert changes(connection, PAIR, suggested) == [
        ("confidence", "exact", "exact (suggested)", 1, 1, 1, TEN, TEN)
    ]


def test_the_same_pair_by_another_rule_says_so(connection) -> None:
    later = {item: (*row[:4], "posting_date") for item, row in PAIR.items()}
    assert changes(connection, PAIR, later) == [("other rule", "exact", "posting_date", 1, 1, 1, TEN, TEN)]


def test_a_break_that_waits_now_is_another_break(connection) -> None:
    waiting = {**ALONE, "e1": ("expected", "10.00", "pending", None, None)}
    assert [row[:3] for row in changes(connection, ALONE, waiting)] == [("other break", "expected_only", "pending")]


def test_an_item_that_only_one_side_has_is_seen(connection) -> None:
    assert [row[:3] for row in changes(connection, {}, PAIR)] == [("gained", "no item", "exact")]


def test_another_amount_is_seen_in_a_match_that_stands(connection) -> None:
    larger = {item: (row[0], "11.00", *row[2:]) for item, row in PAIR.items()}
    assert [row[:3] for row in changes(connection, PAIR, larger)] == [("other amount", "exact", "exact")]


def test_exceptions_that_appear_are_counted_by_cause(connection) -> None:
    fill(connection, "base", PAIR)
    fill(connection, "head", ALONE)
    sections, _ = compare(connection)
    rows = next(section for section in sections if section.title == "Exceptions").rows
    assert [row[3:] for row in rows] == [
        ("appeared", "-", "cause_of_expected_only", 1, TEN),
        ("appeared", "-", "cause_of_recorded_only", 1, TEN),
    ]


def test_a_residual_that_appears_is_shown_beside_the_former_one(connection) -> None:
    fill(connection, "base", PAIR)
    fill(connection, "head", PAIR, residual="0.02")
    sections, sentences = compare(connection)
    assert [section.rows for section in sections] == [
        [("bank", "main", "USD", "rounding", 0, Decimal(0), 1, Decimal("0.02"))]
    ]
    assert sentences == []


def test_money_moved_counts_both_sides_and_each_match_once(connection) -> None:
    # A credit beside a debit: sizes are summed, so they do not cancel.
    other = {name.replace("1", "9"): (row[0], "-10.00", row[2], "m9", row[4]) for name, row in PAIR.items()}
    fill(connection, "base", PAIR | other)
    fill(connection, "head", ALONE | other)
    _, sentences = compare(connection)
    assert sentences == [
        "Money moved, bank main USD: 20.00 (50.00 % of 40.00, both sides); matches: lost 20.00 in 1."
    ]


def test_the_limit_says_how_many_items_it_leaves_out(connection) -> None:
    many = {
        f"{side[0]}{number}": (side, f"{number}.00", "matched", f"m{number}", "exact")
        for side in ("expected", "recorded")
        for number in range(1, 6)
    }
    fill(connection, "base", many)
    fill(connection, "head", {})
    sections, _ = compare(connection, limit=2)
    items = next(section for section in sections if section.title == "Items")
    # The largest first, and each match once: its recorded item stands behind the expected one.
    assert [row[6] for row in items.rows] == ["e5", "e4"]
    assert items.note.startswith("3 more")


def test_amounts_are_printed_exactly() -> None:
    assert money(Decimal("1234567.8000")) == "1,234,567.80"
    assert money(Decimal("0.1230")) == "0.123"
    assert money(Decimal("12345678901234567890.0001")) == "12,345,678,901,234,567,890.0001"


def test_markdown_escapes_what_would_end_a_cell() -> None:
    section = Section("Items", ("item", "amount"), [("a|b", Decimal("1.5"))], ("amount",))
    assert render(section, True).splitlines() == [
        "### Items", "", "| item | amount |", "| ---- | -----: |", "| a\\|b |   1.50 |",
    ]  # fmt: skip
    assert "```diff" in report([section], [], [("rules.csv", "-", "a,b")], True)


# --- the two trees ---------------------------------------------------------------------------------


def tree(folder: Path, **seeds: str) -> Path:
    (folder / "seeds" / "policy").mkdir(parents=True)
    for name, text in seeds.items():
        (folder / "seeds" / "policy" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def test_the_former_rules_lie_over_the_new_models(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", rules="rule,days\nexact,0\n", gone="a\n1\n")
    head = tree(tmp_path / "head", rules="rule,days\nexact,1\n", fresh="a\n2\n")
    put_rules_over(base, head, tmp_path / "mixed")
    policy = tmp_path / "mixed" / "seeds" / "policy"
    assert sorted(path.name for path in policy.iterdir()) == ["fresh.csv", "rules.csv"]
    assert (policy / "rules.csv").read_text(encoding="utf-8") == "rule,days\nexact,0\n"


def test_rules_with_other_columns_need_their_own_code(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", rules="rule\nexact\n")
    head = tree(tmp_path / "head", rules="rule,days\nexact,1\n")
    with pytest.raises(BadInput, match="--code"):
        put_rules_over(base, head, tmp_path / "mixed")


def test_rows_are_compared_by_the_columns_that_both_have(tmp_path: Path) -> None:
    base = tree(tmp_path / "base", rules="rule,days\nexact,0\nday,3\n")
    head = tree(tmp_path / "head", rules="rule,is_on,days\nexact,true,0\nday,true,4\n")
    assert seed_changes(base, head, [Path("seeds/policy/rules.csv")]) == [
        ("rules.csv", "-", "day,3"),
        ("rules.csv", "+", "column is_on"),
        ("rules.csv", "+", "day,4"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [["--base", "no_such_ref"], ["--base", "HEAD", "--database", "no_such_file"], ["--base", "HEAD", "--vars", "3"]],
)
def test_bad_input_is_one_line(capsys, arguments: list[str]) -> None:
    assert compare_rules.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- one rule of the demo, switched off ------------------------------------------------------------


@pytest.mark.dbt
@pytest.mark.slow
def test_a_rule_that_is_switched_off_loses_its_matches(
    built_demo: DbtRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    """The base is the demo as it is built; the head has no ledger rule `structural`."""
    rules = (PROJECT_ROOT / RULES).read_text(encoding="utf-8")
    assert rules.count("\nledger,6,structural,true,") == 1
    tree_of = compare_rules.tree_of

    def trees(ref: str | None, folder: Path) -> Path:
        """Both sides from the working tree: a copy of the project need not be a git repository."""
        tree_of(None, folder)
        if ref is None:
            off = rules.replace("\nledger,6,structural,true,", "\nledger,6,structural,false,")
            (folder / RULES).write_text(off, encoding="utf-8")
        return folder

    monkeypatch.setattr(compare_rules, "tree_of", trees)
    assert compare_rules.main(["--base", "main", "--built", str(built_demo.database)]) == 1
    printed = capsys.readouterr().out
    items, matches, gross = built_demo.query(
        "select count(*), count(distinct match_id), sum(abs(amount)) from fct_reconciliation_items"
        " where leg = 'ledger' and match_rule = 'structural'"
    )[0]
    assert items == 2 * matches > 0
    assert f"lost {money(gross)} in {matches}" in printed
    assert "- matching_rules.csv: ledger,6,structural,true" in printed
    lost = [line.split() for line in printed.splitlines() if line.startswith("ledger  main    USD       lost ")]
    assert {row[4] for row in lost} == {"structural"}
    assert sum(int(row[-4]) + int(row[-3]) for row in lost) == items


def test_a_database_built_with_other_rules_does_not_fit(tmp_path: Path) -> None:
    head = tree(tmp_path / "head", rules="rule,days,is_on\nexact,0,true\n")
    database = tmp_path / "built.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create table rules as select 'exact' as rule, 0 as days, true as is_on")
    assert compare_rules.fits(database, head, "main")
    with duckdb.connect(str(database)) as connection:
        connection.execute("update rules set days = 1")
    assert not compare_rules.fits(database, head, "main")
