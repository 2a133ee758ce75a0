"""Reviewers' decisions from the command line to the marts: what is written, what it does, what undoes it.

The queue of the built demo is decided on with scripts/decide.py, then what lies between the decisions
and the controls is built again. Rows that the script refuses to write are written by hand.
"""

from __future__ import annotations

import csv
import shutil
from pathlib import Path
from typing import Any

import decide
import duckdb
import pytest
from conftest import WAREHOUSE, DbtRun, copy_project, run_dbt, wires_nobody_explains

pytestmark = pytest.mark.dbt

FILE = Path("seeds/policy/review_decisions.csv")
ITEMS = Path("seeds/policy/review_decision_items.csv")
STATEMENT = Path("seeds/demo/bank_statement/bank_statement__statement_line.csv")
CONTROLS = [
    "assert_every_decision_still_holds",
    "assert_every_decision_is_carried_out",
    "assert_every_match_balances",
    "assert_no_item_is_matched_twice",
    "assert_every_item_has_exactly_one_status",
    "assert_item_money_is_conserved_over_statuses",
    "assert_every_break_has_one_cause",
    "assert_the_queue_holds_every_exception",
    "assert_summary_equals_its_items",
    "assert_account_proofs_leave_no_residual",
]
MADE = ["--reason", "agreed with the bank", "--by", "ann"]
APPROVED = [*MADE, "--approved-by", "ben"]
# Only what it would cost to look up by hand: one wire without a reference, payouts nobody received.
WIRE, OTHER_WIRE = (f"bank:recorded:main:bank_statement:{line}" for line in wires_nobody_explains()[:2])


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def query(database: Path, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(sql, parameters).fetchall()


class Desk:
    """A place to decide at: a database to read and a copy of the two files to write."""

    def __init__(self, database: Path, decisions: Path) -> None:
        self.database = database
        self.decisions = decisions
        self.items = decisions.with_name("review_decision_items.csv")

    def run(self, command: str, *arguments: str) -> int:
        files = ["--database", str(self.database), "--decisions", str(self.decisions)]
        return decide.main([command, *arguments, *files])

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        return query(self.database, sql, *parameters)

    def open_items(self, condition: str) -> list[str]:
        """Items of exceptions, in the order of their ids."""
        found = self.query(f"select item_id from fct_exceptions where {condition} order by item_id")
        return [item_id for (item_id,) in found]

    def status(self, item_id: str) -> tuple[str, str | None]:
        return self.query("select status, match_rule from fct_reconciliation_items where item_id = ?", item_id)[0]


@pytest.fixture
def desk(tmp_path: Path, built_demo: DbtRun, project_root: Path) -> Desk:
    for name in (FILE, ITEMS):
        shutil.copy2(project_root / name, tmp_path / name.name)
    return Desk(built_demo.database, tmp_path / FILE.name)


def refused(desk: Desk, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    """The one line with which a command is refused; nothing is written."""
    before = desk.decisions.read_bytes(), desk.items.read_bytes()
    assert desk.run(*command) == 2
    assert (desk.decisions.read_bytes(), desk.items.read_bytes()) == before
    output = capsys.readouterr()
    assert not output.out and output.err.count("\n") == 1, output
    return output.err


# --- reading ---------------------------------------------------------------------------------------


def test_the_list_is_the_queue_and_can_be_narrowed(desk, capsys):
    total = desk.query("select count(*) from fct_exceptions")[0][0]
    assert desk.run("list", "--limit", "3") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split()[0] == "priority" and len(lines) == 5
    assert lines[-1] == f"3 of {total} exceptions; --limit {total} shows all"
    assert desk.run("list", "--leg", "bank", "--owner", "treasury", "--entity", "main", "--limit", "0") == 0
    shown = capsys.readouterr().out
    expected = desk.open_items("leg = 'bank' and owner_team = 'treasury'")
    assert all(item in shown for item in expected) and f"{len(expected)} of {len(expected)}" in shown
    assert desk.open_items("leg = 'ledger'")[0] not in shown
    assert desk.run("list", "--cause", "no_such_cause") == 0
    assert capsys.readouterr().out == "0 of 0 exceptions\n"


def test_an_exception_is_shown_with_both_sides_and_its_decision(desk, capsys):
    exception, document, expected, recorded, explanation, action = desk.query(
        "select exception_id, document_reference, expected_item_id, recorded_item_id, explanation,"
        " suggested_action from fct_exceptions where status = 'discrepancy' order by exception_id"
    )[0]
    for name in (exception, expected, document.upper()):
        assert desk.run("show", name) == 0
        shown = capsys.readouterr().out
        for text in (exception, expected, recorded, explanation, action, "decision: none"):
            assert text in shown
    assert desk.run("accept", exception, *MADE) == 0
    capsys.readouterr()
    desk.run("show", exception)
    assert "decision: 2025-03-31-0001 accept (unapproved), ann, not approved" in capsys.readouterr().out
    desk.run("list", "--limit", "0")
    assert "accept 2025-03-31-0001 (unapproved)" in capsys.readouterr().out


def test_what_stands_alone_is_shown_with_its_nearest_counterparts(desk, capsys):
    assert desk.run("show", wires_nobody_explains()[0]) == 0
    shown = capsys.readouterr().out
    assert "nearest open items of the other side" in shown and "  expected" in shown


def test_what_is_settled_is_shown_with_its_status(desk, capsys):
    matched = desk.query("select min(item_id) from fct_reconciliation_items where match_rule = 'exact'")[0][0]
    assert desk.run("show", matched) == 0
    assert f"{matched}: not open" in capsys.readouterr().out


# --- writing ---------------------------------------------------------------------------------------


def test_a_decision_quotes_the_facts_and_touches_no_other_row(desk, capsys):
    kept = 'hand-made,ledger:x,,,accept,,"a ""quoted"", reason",cy,,2025-01-01,,0,,\n'
    odd = "2025-03-31-0007,,bank,nothing,ignore,,spaced  out ,cy,dan,2025-03-31,,0,,\n"
    with desk.decisions.open("a", encoding="utf-8") as file:
        file.write(kept + odd)
    assert desk.run("ignore", WIRE, *APPROVED) == 0
    assert desk.run("accept", desk.open_items("status = 'discrepancy'")[0], *MADE, "--expires-on", "2025-12-31") == 0
    text = desk.decisions.read_bytes()
    assert b"\r" not in text and text.endswith(b"\n")
    assert kept in text.decode() and odd in text.decode()
    ids = [row["decision_id"] for row in rows_of(desk.decisions)]
    assert ids == sorted(ids) == ["2025-03-31-0007", "2025-03-31-0008", "2025-03-31-0009", "hand-made"]
    ignored, accepted = rows_of(desk.decisions)[1:3]
    fingerprint = desk.query("select fingerprint from fct_exceptions where item_id = ?", WIRE)[0][0]
    assert ignored["expected_fingerprint"] == fingerprint and not ignored["counterpart"]
    assert ignored["facts_seen"] == "recorded 242.36 USD on 2024-02-05 without a reference"
    assert (ignored["decided_by"], ignored["approved_by"], ignored["decided_on"]) == ("ann", "ben", "2025-03-31")
    pair = desk.query(
        "select fingerprint, counterpart_fingerprint from fct_exceptions where item_id = ?", accepted["item_id"]
    )[0]
    assert (accepted["expected_fingerprint"], accepted["counterpart_fingerprint"]) == pair
    assert accepted["expires_on"] == "2025-12-31" and accepted["action"] == "accept"
    assert not list(desk.decisions.parent.glob(".review*"))


def test_a_match_of_several_items_lists_the_further_ones(desk):
    recorded = desk.open_items("leg = 'ledger' and status = 'recorded_only'")[0]
    first, second = desk.open_items("leg = 'ledger' and status = 'expected_only'")[:2]
    assert desk.run("match", recorded, second, first, *MADE) == 0
    row, items = rows_of(desk.decisions)[0], rows_of(desk.items)
    assert (row["item_id"], row["counterpart"]) == (recorded, second)
    assert [(item["decision_id"], item["item"]) for item in items] == [(row["decision_id"], first)]
    fingerprints = dict(desk.query("select item_id, fingerprint from fct_reconciliation_items"))
    assert items[0]["fingerprint"] == fingerprints[first]


def test_the_same_command_twice_is_refused(desk, capsys):
    for approval in (["--approved-by", "ben"], []):
        item = desk.open_items("leg = 'bank' and status = 'expected_only'")[len(rows_of(desk.decisions))]
        assert desk.run("accept", item, *MADE, *approval) == 0
        capsys.readouterr()
        error = refused(desk, capsys, "accept", item, *MADE, *approval)
        assert rows_of(desk.decisions)[-1]["decision_id"] in error
        assert ("reopen" if approval else "approve") in error


def test_approval_takes_a_second_person_and_happens_once(desk, capsys):
    assert desk.run("ignore", WIRE, *MADE) == 0
    name = rows_of(desk.decisions)[0]["decision_id"]
    capsys.readouterr()
    assert "someone else" in refused(desk, capsys, "approve", name, "--by", " ANN ")
    assert desk.run("approve", name, "--by", "ben") == 0
    assert rows_of(desk.decisions)[0]["approved_by"] == "ben"
    capsys.readouterr()
    assert "already" in refused(desk, capsys, "approve", name, "--by", "cy")
    assert "no such decision" in refused(desk, capsys, "approve", "2025-03-31-0099", "--by", "cy")


def test_facts_that_changed_before_approval_are_decided_anew(desk, capsys):
    assert desk.run("ignore", WIRE, *MADE) == 0
    text = desk.decisions.read_text(encoding="utf-8")
    seen = rows_of(desk.decisions)[0]["expected_fingerprint"]
    desk.decisions.write_text(text.replace(seen, "0" * 32), encoding="utf-8")
    capsys.readouterr()
    assert "void" in refused(desk, capsys, "approve", "2025-03-31-0001", "--by", "ben")


def test_a_decision_can_be_reopened_once_and_made_anew(desk, capsys):
    assert desk.run("ignore", WIRE, *APPROVED) == 0
    assert desk.run("reopen", "2025-03-31-0001", *APPROVED) == 0
    row = rows_of(desk.decisions)[1]
    assert (row["action"], row["item_id"]) == ("reopen", WIRE)
    capsys.readouterr()
    assert "came after it" in refused(desk, capsys, "reopen", "2025-03-31-0001", *APPROVED)
    assert "reopens already" in refused(desk, capsys, "reopen", WIRE, *APPROVED)
    assert desk.run("carry-forward", WIRE, *APPROVED) == 0
    assert "takes the place of 2025-03-31-0002 (reopen" in capsys.readouterr().out
    assert rows_of(desk.decisions)[2]["expires_on"] == "2025-04-30"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        (["accept", "nothing", *MADE], "no exception of that name"),
        (["accept", "EXACT", *MADE], "not open but matched"),
        (["accept", "DOCUMENT", *MADE], "exceptions; decide.py show"),
        (["match", WIRE, *MADE], "one side only"),
        (["match", WIRE, "nothing", *MADE], "no item of that name"),
        (["match", WIRE, WIRE, *MADE], "named twice"),
        (["match", WIRE, OTHER_WIRE, *MADE], "name an item of the other side"),
        (["match", WIRE, "EURO", *MADE], "its currency is EUR"),
        (["match", WIRE, "LEDGER", *MADE], "its leg is ledger"),
        (["match", WIRE, "EXACT", *MADE], "not open but matched"),
        (["ignore", WIRE, *MADE, "--approved-by", "Ann "], "someone else has to approve"),
        (["ignore", WIRE, "--reason", " ", "--by", "ann"], "--reason: empty"),
        (["ignore", WIRE, "--reason", "two\nlines", "--by", "ann"], "spans lines"),
        (["ignore", WIRE, "--reason", "x" * 501, "--by", "ann"], "500 are allowed"),
        (["ignore", WIRE, *MADE, "--expires-on", "soon"], "write YYYY-MM-DD"),
        (["ignore", WIRE, *MADE, "--expires-on", "2025-03-30"], "over by 2025-03-31"),
        (["ignore", WIRE, *MADE, "--decided-on", "2052-03-31"], "may be dated up to"),
        (["ignore", WIRE, "--by", "ann"], "--reason"),
        (["reopen", WIRE, *MADE], "no decision speaks of it"),
        (["show", "nothing"], "no exception, item or document"),
        (["list", "--limit", "-1"], "whole number"),
        (["lost"], "invalid choice"),
    ],
)
def test_bad_input_is_one_line_that_says_what_to_do(desk, capsys, command, expected):
    exact = "select min(item_id) from fct_reconciliation_items where match_rule = 'exact'"
    document = (
        "select min(document_reference) from (select document_reference from fct_exceptions"
        " where leg = 'ledger' group by document_reference having count(*) > 1) as documents"
    )
    names = {
        "EXACT": lambda: desk.query(exact)[0][0],
        "DOCUMENT": lambda: desk.query(document)[0][0],
        "EURO": lambda: desk.open_items("leg = 'bank' and currency_code = 'EUR'")[0],
        "LEDGER": lambda: desk.open_items("leg = 'ledger' and status = 'expected_only'")[0],
    }
    assert expected in refused(desk, capsys, *[names.get(word, lambda word=word: word)() for word in command])


def test_files_that_cannot_be_read_are_one_line(desk, capsys, tmp_path):
    arguments = ["list", "--decisions", str(desk.decisions), "--database"]
    assert decide.main([*arguments, str(tmp_path / "none.duckdb")]) == 2
    assert "run make build" in capsys.readouterr().err
    with duckdb.connect(str(tmp_path / "empty.duckdb")):
        pass
    assert decide.main([*arguments, str(tmp_path / "empty.duckdb")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    desk.items.unlink()
    assert desk.run("list") == 2
    assert "review_decision_items.csv" in capsys.readouterr().err
    desk.decisions.write_text("decision_id,item_id\n", encoding="utf-8")
    assert desk.run("list") == 2
    assert "its columns are not" in capsys.readouterr().err


# --- from the file to the marts --------------------------------------------------------------------


def by_hand(project: Path, decision_id: str, item: str, **values: str) -> None:
    """Append a row as a person with an editor would."""
    fingerprint = query(
        project / WAREHOUSE, "select fingerprint from fct_reconciliation_items where item_id = ?", item
    )[0][0]
    row = dict.fromkeys(decide.DECISION_COLUMNS, "") | {
        "decision_id": decision_id,
        "item_id": item,
        "action": "accept",
        "reason": "by hand",
        "decided_by": "ann",
        "approved_by": "ben",
        "decided_on": "2025-03-31",
        "expected_fingerprint": fingerprint,
    }
    with (project / FILE).open("a", encoding="utf-8", newline="") as file:
        csv.DictWriter(file, decide.DECISION_COLUMNS, lineterminator="\n").writerow(row | values)


def build(project: Path, *changed: str) -> DbtRun:
    """Build what lies between the changed files and the controls."""
    ways = [f"{name}+,+{control}" for name in changed for control in CONTROLS]
    return run_dbt(
        project, "build", "--select", *ways, "--indirect-selection", "empty", "--exclude-resource-type", "unit_test"
    )  # fmt: skip


def findings(project: Path) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for decision, finding in query(project / WAREHOUSE, "select decision_id, finding from rpt_decision_findings"):
        found.setdefault(decision, set()).add(finding)
    return found


@pytest.fixture(scope="module")
def decided(tmp_path_factory: pytest.TempPathFactory, lean_demo: DbtRun) -> Desk:
    """The demo with one decision of each kind, built: by name what was decided on."""
    project = copy_project(
        tmp_path_factory.mktemp("decided"), built=lean_demo, with_data=True, unit_tests=False
    )
    desk = Desk(project / WAREHOUSE, project / FILE)
    desk.project = project
    payouts = desk.open_items("leg = 'bank' and status = 'expected_only'")
    postings = desk.open_items("leg = 'ledger' and status = 'recorded_only'")
    entries = desk.open_items("leg = 'ledger' and status = 'expected_only'")
    desk.discrepancy = desk.query("select min(exception_id) from fct_exceptions where status = 'discrepancy'")[0][0]
    desk.accepted, desk.carried, desk.waiting, desk.ended = payouts[:4]
    desk.ignored, desk.group = WIRE, [postings[0], *entries[:2]]
    assert desk.run("accept", desk.accepted, *APPROVED) == 0
    assert desk.run("ignore", desk.ignored, *APPROVED) == 0
    assert desk.run("match", *desk.group, *APPROVED) == 0
    assert desk.run("match", desk.discrepancy, *APPROVED) == 0
    assert desk.run("carry-forward", desk.carried, *APPROVED) == 0
    by_hand(project, "z-ended", desk.ended, action="carry_forward", decided_on="2025-01-15")
    desk.built = build(project, "review_decisions", "review_decision_items")
    return desk


@pytest.mark.slow
def test_every_control_is_green_with_decisions_in_effect(decided):
    assert decided.built.success, decided.built.failed + decided.built.messages
    assert set(CONTROLS) <= set(decided.built.statuses)


def test_decided_items_leave_the_queue(decided):
    assert decided.status(decided.accepted) == ("matched", "decision_accept")
    assert decided.status(decided.ignored) == ("ignored", None)
    assert decided.status(decided.carried) == ("pending", None)
    for item in decided.group:
        assert decided.status(item) == ("matched", "decision_match")
    (match,) = decided.query(
        "select distinct match_id, residual_name from fct_matches where item_id = any(?)", decided.group
    )
    assert match == ("match:2025-03-31-0003", "accepted")
    linked = decided.query("select item_id from fct_matches where match_id = 'match:2025-03-31-0004'")
    assert len(linked) == 2 and not decided.open_items(f"exception_id = '{decided.discrepancy}'")
    gone = [decided.accepted, decided.ignored, decided.carried, *decided.group]
    assert not decided.query("select * from fct_exceptions where item_id = any(?)", gone)


def test_an_expired_decision_returns_its_item_to_the_queue(decided):
    state = decided.query("select decision_id, decision_state from fct_exceptions where item_id = ?", decided.ended)
    assert state == [("z-ended", "expired")]
    assert findings(decided.project) == {"z-ended": {"expired"}}
    assert decided.query("select is_failing, ends_on::varchar from rpt_decision_findings") == [(False, "2025-02-28")]


@pytest.mark.slow
def test_decisions_that_do_not_hold_are_reported_and_do_nothing(decided):
    project = decided.project
    assert decided.run("reopen", "2025-03-31-0001", *APPROVED) == 0
    assert decided.run("accept", decided.waiting, *MADE) == 0
    assert decided.run("ignore", OTHER_WIRE, *MADE) == 0
    path = project / FILE
    path.write_text(
        path.read_text(encoding="utf-8").replace(
            "ignore,,agreed with the bank,ann,,2025", "ignore,,agreed with the bank,ann,Ann,2025"
        ),
        encoding="utf-8",
    )
    by_hand(project, "z-other", decided.carried, action="ignore")
    by_hand(project, "z-typo", decided.group[0], action="acept")
    statement = project / STATEMENT
    text = statement.read_text(encoding="utf-8")
    assert text.count(",242.36,USD,INCOMING WIRE") == 1
    statement.write_text(text.replace(",242.36,USD,INCOMING WIRE", ",242.63,USD,INCOMING WIRE"), encoding="utf-8")
    run = build(project, "review_decisions", "review_decision_items", STATEMENT.stem)

    assert run.failed == ["assert_every_decision_still_holds"], run.messages
    assert findings(project) == {
        "2025-03-31-0002": {"void"},
        "2025-03-31-0005": {"contradictory"},
        "2025-03-31-0007": {"unapproved"},
        "2025-03-31-0008": {"unapproved"},
        "z-ended": {"expired"},
        "z-typo": {"unknown_action"},
    }
    void = decided.query(
        "select item_id, facts_seen, facts_now, fingerprint_seen <> fingerprint_now, decided_by, approved_by"
        " from rpt_decision_findings where finding = 'void'"
    )
    assert void == [
        (WIRE, "recorded 242.36 USD on 2024-02-05 without a reference",
         "242.63 USD on 2024-02-05 without a reference", True, "ann", "ben")
    ]  # fmt: skip
    states = dict(decided.query("select item_id, decision_state from fct_exceptions where decision_id is not null"))
    assert states[decided.ignored] == "void"
    assert states[decided.accepted] == "in_effect", "the reopening is the last word on it"
    assert states[decided.waiting] == states[OTHER_WIRE] == "unapproved"
    assert decided.status(decided.carried) == ("ignored", None), "the later of two contradictory decisions counts"
    assert decided.status(decided.group[0]) == ("matched", "decision_match"), "a flawed decision has no say"


@pytest.mark.slow
def test_a_verdict_that_is_lost_on_the_way_is_noticed(decided):
    members = decided.project / "models/intermediate/matching/int_match_members.sql"
    text = members.read_text(encoding="utf-8")
    assert text.count("where action in ('match', 'accept')") == 1
    members.write_text(text.replace("in ('match', 'accept')", "in ('accept')"), encoding="utf-8")
    control = "assert_every_decision_is_carried_out"
    run = run_dbt(
        decided.project, "build", "--select", f"int_match_members+,+{control}", "--indirect-selection", "empty",
        "--exclude-resource-type", "unit_test",
    )  # fmt: skip
    assert run.failed == [control], run.messages
