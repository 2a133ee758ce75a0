"""A proposed change of a rule does what it says: pasted into its seed, it links the items it names.

The demo's rules are made too tight on purpose, so that items which matched before are alone, or linked by
their reference only. Each change that rpt_near_misses then proposes is applied alone, the matcher runs
again, and every item with that proposal must have found a counterpart by the rule that was changed.
"""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pytest
from conftest import WAREHOUSE, DbtRun, copy_project, run_dbt

pytestmark = pytest.mark.dbt

POLICY = Path("seeds") / "policy"
KEYS = {"matching_rules": ("leg", "rule"), "structural_pairs": ("leg", "event_type")}
# From the rules to the proposals, and nothing beside the way.
THE_WAY = ["matching_rules+,+rpt_near_misses", "structural_pairs+,+rpt_near_misses"]
TIGHT = {
    "matching_rules": {
        ("ledger", "posting_date"): {"date_window_days": "1"},
        ("ledger", "other_period"): {"date_window_days": "1"},
        ("bank", "posting_date"): {"date_window_days": "0"},
        ("bank", "other_period"): {"is_enabled": "false"},
        ("bank", "structural_without_customer"): {"is_enabled": "false"},
    },
    "structural_pairs": {
        ("ledger", "payment"): {"date_window_days": "0"},
        ("ledger", "refund"): None,
        ("bank", "payout"): {"date_window_days": "1"},
    },
}
Change = tuple[str, str]
Linked = dict[str, tuple[str, str]]


class Rules:
    """The policy seeds of a copied project, to be changed row by row and put back."""

    def __init__(self, project: Path) -> None:
        self.project = project

    def path(self, seed: str) -> Path:
        return self.project / POLICY / f"{seed}.csv"

    def read(self, seed: str) -> tuple[list[str], dict[tuple[str, ...], dict[str, str]]]:
        with open(self.path(seed), newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            rows = {tuple(row[name] for name in KEYS[seed]): row for row in reader}
            return list(reader.fieldnames or []), rows

    def write(self, seed: str, header: list[str], rows: dict[tuple[str, ...], dict[str, str]]) -> None:
        with open(self.path(seed), "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header, lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows.values())

    def tighten(self) -> None:
        for seed, changes in TIGHT.items():
            header, rows = self.read(seed)
            for key, values in changes.items():
                if values is None:
                    rows.pop(key, None)
                else:
                    rows[key] |= values
            self.write(seed, header, rows)

    def paste(self, seed: str, line: str, **instead: str) -> None:
        """Put a proposed row in the place of the one it replaces; `instead` overrides its cells."""
        header, rows = self.read(seed)
        cells = next(csv.reader(io.StringIO(line)))
        assert len(cells) == len(header), f"{seed} has the columns {header}, the row is {line}"
        row = dict(zip(header, cells)) | instead
        rows[tuple(row[name] for name in KEYS[seed])] = row
        self.write(seed, header, rows)


def query(project: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(project / WAREHOUSE), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def tight(lean_demo: DbtRun, tmp_path_factory: pytest.TempPathFactory) -> Tight:
    """The demo, built, with rules that are too tight, and the changes proposed for them."""
    project = copy_project(
        tmp_path_factory.mktemp("tight"), built=lean_demo, with_data=True, unit_tests=False
    )
    rules = Rules(project)
    rules.tighten()
    rebuild(project)
    texts = {seed: rules.path(seed).read_text(encoding="utf-8") for seed in KEYS}
    return Tight(project, rules, texts, proposals(project))


@dataclass
class Tight:
    """A project with too tight rules, its seeds as they were then, and what is proposed."""

    project: Path
    rules: Rules
    texts: dict[str, str]
    found: dict[Change, list[tuple[str, str]]]

    def with_changes(self, changes: list[tuple[str, str, dict[str, str]]], items: list[str]) -> Linked:
        """Paste rows, (seed, row, cells instead), into the tight seeds and match again."""
        for seed, text in self.texts.items():
            self.rules.path(seed).write_text(text, encoding="utf-8")
        for seed, line, instead in changes:
            self.rules.paste(seed, line, **instead)
        rebuild(self.project)
        return linked_by(self.project, items)


def rebuild(project: Path) -> None:
    run = run_dbt(
        project, "build", "--resource-type", "seed", "--resource-type", "model", "--select",
        *THE_WAY, *(f"{seed},resource_type:seed" for seed in KEYS),
    )  # fmt: skip
    assert run.success, "\n".join(run.messages[-20:])


def proposals(project: Path) -> dict[Change, list[tuple[str, str]]]:
    """{(row for matching_rules, row for structural_pairs): [(item_id, rule)]} of what is proposed."""
    found: dict[Change, list[tuple[str, str]]] = defaultdict(list)
    for item, rule, row, pair in query(
        project,
        "select item_id, changed_rule, coalesce(matching_rules_row, ''), coalesce(structural_pairs_row, '')"
        " from rpt_near_misses where has_rule_change order by item_id",
    ):
        found[row, pair].append((item, rule))
    return found


def kind_of(change: Change, rule: str) -> tuple[str, str, bool, bool]:
    row, pair = change
    return rule, (row or pair).split(",")[0], bool(row), bool(pair)


def days_of(change: Change) -> int:
    """The window that a change asks for, in days."""
    row, pair = change
    cells = next(csv.reader([pair or row]))
    return int(cells[4 if pair else 6] or 0)


def width_of(change: Change) -> tuple[int, int]:
    """How far a change goes: days, then minor units of tolerance."""
    row, pair = change
    return days_of(change), 0 if pair else int(next(csv.reader([row]))[4] or 0)


def widest_of_each_kind(found: dict[Change, list[tuple[str, str]]]) -> dict[tuple, Change]:
    widest: dict[tuple, Change] = {}
    for change, items in sorted(found.items()):
        kind = kind_of(change, items[0][1])
        if kind not in widest or width_of(change) > width_of(widest[kind]):
            widest[kind] = change
    return widest


def linked_by(project: Path, items: list[str]) -> Linked:
    """{item_id: (status, rule)} as the matcher sees them now."""
    listed = ", ".join(f"'{item}'" for item in items)
    return {
        item: (status, rule)
        for item, status, rule in query(
            project,
            "select item_id, status, status_reason from int_item_statuses"
            f" where item_id in ({listed})",
        )
    }


def test_each_proposed_change_links_every_item_it_is_proposed_for(tight):
    widest = widest_of_each_kind(tight.found)
    kinds = {(rule, has_row, has_pair) for rule, _, has_row, has_pair in widest}
    assert kinds >= {
        ("posting_date", True, False), ("other_period", True, False), ("tolerance", True, False),
        ("structural", False, True), ("structural_without_customer", True, False),
    }, kinds  # fmt: skip
    broken = {}
    for kind, change in widest.items():
        rows = [(seed, line, {}) for seed, line in zip(KEYS, change) if line]
        now = tight.with_changes(rows, [item for item, _ in tight.found[change]])
        for item, rule in tight.found[change]:
            if now[item][0] not in ("matched", "suggested") or now[item][1] != rule:
                broken[kind, item] = now[item]
    assert not broken, broken


def test_a_day_less_than_proposed_links_nothing(tight):
    changes, items = [], []
    for kind, change in widest_of_each_kind(tight.found).items():
        if kind[0] in ("other_period", "structural") and kind[1] == '"ledger"':
            shorter = {"date_window_days": str(days_of(change) - 1)}
            changes += [(seed, line, shorter) for seed, line in zip(KEYS, change) if line]
            items += [item for item, _ in tight.found[change]]
    assert len(changes) == 2
    now = tight.with_changes(changes, items)
    assert all(status not in ("matched", "suggested") for status, _ in now.values()), now
