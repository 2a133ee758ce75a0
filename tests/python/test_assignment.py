"""The assignment within a document against an optimal one, on thousands of random small documents.

The SQL of the project itself runs here, on made-up candidates: expected and recorded items of one
document, one account and one currency, some days and some minor units apart. The optimum comes from
scipy: most pairs of the strongest tier first, then of the next, then the fewest days apart.
"""

from __future__ import annotations

import random
import re
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

import duckdb
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from conftest import DbtRun

pytestmark = pytest.mark.dbt

MODELS = (
    "int_candidates_by_reference",
    "int_contested_pairs",
    "int_assignments_of_small_blocks",
    "int_assignments_of_large_blocks",
    "int_matches_by_reference",
)
FIRST_DAY = date(2024, 5, 1)
DAYS_OF_TIER_2, DAYS_OF_TIER_3, MINOR_UNITS_OF_TIER_3 = 7, 5, 3
# A pair of a tier outweighs all pairs of the weaker tiers, a pair all the days of a document.
WORTH = {1: 10**9, 2: 10**6, 3: 10**3}
Item = tuple[str, int, int]
"""(id, amount in minor units, day)"""
Document = tuple[list[Item], list[Item]]
"""(expected items, recorded items)"""

PAIRS = """create or replace table int_pairs_by_reference (
    expected_item_id varchar, recorded_item_id varchar, leg varchar, entity_id varchar,
    account_role varchar, currency_code varchar, document_reference varchar,
    expected_amount_minor bigint, expected_date date, recorded_amount_minor bigint,
    recorded_date date, recorded_at timestamp, journal_id varchar, date_distance bigint,
    amount_distance bigint, match_tier integer, is_cut_off boolean)"""


def tier_of(expected: Item, recorded: Item) -> int | None:
    """The tier that links two items of a document; None for tier 9."""
    amount, days = abs(expected[1] - recorded[1]), abs(expected[2] - recorded[2])
    if amount == 0 and days == 0:
        return 1
    if amount == 0 and days <= DAYS_OF_TIER_2:
        return 2
    if amount <= MINOR_UNITS_OF_TIER_3 and days <= DAYS_OF_TIER_3:
        return 3
    return None


def documents(count: int, seed: int, largest: int, days: int) -> dict[int, Document]:
    """Random documents of up to `largest` items a side within so many days, most amounts alike."""
    pick = random.Random(seed)

    def items(side: str, number: int) -> list[Item]:
        amounts = (1000, 1000, 1000, 1001, 1003, 2000)
        return [
            (f"{side}{number}_{index}", pick.choice(amounts), pick.randint(0, days))
            for index in range(pick.randint(1, largest))
        ]

    return {number: (items("e", number), items("r", number)) for number in range(count)}


def assigned(run: DbtRun, given: dict[int, Document], shuffled: int = 0) -> dict[int, set[tuple[str, str]]]:
    """{document: pairs} that the models of the project take, given the candidates in any order."""
    rows: list[tuple[Any, ...]] = []
    for number, (expected_items, recorded_items) in given.items():
        for expected in expected_items:
            for recorded in recorded_items:
                rows.append((
                    expected[0], recorded[0], "ledger", "main", "revenue", "USD", f"in_{number}",
                    expected[1], FIRST_DAY + timedelta(expected[2]),
                    recorded[1], FIRST_DAY + timedelta(recorded[2]), datetime(2024, 6, 1),
                    recorded[0], abs(expected[2] - recorded[2]), abs(expected[1] - recorded[1]),
                    tier_of(expected, recorded) or 9, False,
                ))  # fmt: skip
    if shuffled:
        random.Random(shuffled).shuffle(rows)
    folder = run.target / "compiled" / "tieout" / "models" / "intermediate" / "matching"
    taken = defaultdict(set)
    with duckdb.connect() as connection:
        connection.execute(PAIRS)
        names = [f"column{number}" for number in range(len(rows[0]))]
        columns = {name: [row[index] for row in rows] for index, name in enumerate(names)}
        connection.execute(
            "insert into int_pairs_by_reference select "
            + ", ".join(f"unnest(${name})" for name in names),
            columns,
        )
        for rule in ("fx_timing", "proration"):
            connection.execute(
                f"create table int_{rule}_pairs (expected_item_id varchar, recorded_item_id varchar)"
            )
        for model in MODELS:
            sql = (folder / f"{model}.sql").read_text(encoding="utf-8")
            sql = re.sub(r'"\w+"\."\w+"\."(int_\w+)"', r"\1", sql)
            connection.execute(f"create table {model} as {sql}")
        for expected_id, recorded_id in connection.execute(
            "select expected_item_id, recorded_item_id from int_matches_by_reference"
        ).fetchall():
            taken[int(expected_id[1:].split("_")[0])].add((expected_id, recorded_id))
    return taken


def optimum(document: Document, without: tuple[int, int] | None = None) -> tuple[float, set[tuple[int, int]]]:
    """(worth, positions of the pairs) of the best assignment; `without` is a pair that is not allowed."""
    expected_items, recorded_items = document
    worth = np.zeros((len(expected_items), len(recorded_items)))
    for row, expected in enumerate(expected_items):
        for column, recorded in enumerate(recorded_items):
            tier = tier_of(expected, recorded)
            if tier is not None and (row, column) != without:
                worth[row, column] = WORTH[tier] - abs(expected[2] - recorded[2])
    rows, columns = linear_sum_assignment(worth, maximize=True)
    pairs = {(row, column) for row, column in zip(rows, columns) if worth[row, column] > 0}
    return float(worth[rows, columns].sum()), pairs


@pytest.mark.parametrize(("largest", "days"), [(2, 10), (3, 14), (4, 20), (5, 14)])
def test_small_documents_are_assigned_as_well_as_can_be(built_demo: DbtRun, largest: int, days: int) -> None:
    given = documents(1500, largest, largest, days)
    taken = assigned(built_demo, given)
    unlike = 0
    for number, document in given.items():
        expected_items, recorded_items = document
        best, pairs = optimum(document)
        named = {(expected_items[row][0], recorded_items[column][0]) for row, column in pairs}
        assert len(taken[number]) == len(named), document
        if taken[number] != named:
            unlike += 1
            is_unique = all(optimum(document, pair)[0] < best for pair in pairs)
            assert not is_unique, (document, taken[number], named)
    assert 0 < unlike < 500, "twins may pair in other ways that are as good"


@pytest.mark.parametrize(("largest", "days"), [(9, 30), (14, 60)])
def test_large_documents_come_within_half_a_percent(built_demo: DbtRun, largest: int, days: int) -> None:
    given = documents(800, largest, largest, days)
    taken = assigned(built_demo, given)
    number_of_best = amount_of_best = number = amount = 0
    for key, document in given.items():
        amounts = {item[0]: item[1] for item in document[0]}
        for row, _ in optimum(document)[1]:
            number_of_best += 1
            amount_of_best += document[0][row][1]
        number += len(taken[key])
        amount += sum(amounts[expected_id] for expected_id, _ in taken[key])
    assert number >= 0.995 * number_of_best
    assert amount >= 0.995 * amount_of_best


def test_no_item_is_assigned_twice(built_demo: DbtRun) -> None:
    for pairs in assigned(built_demo, documents(1500, 11, 12, 40)).values():
        assert len({expected for expected, _ in pairs}) == len(pairs)
        assert len({recorded for _, recorded in pairs}) == len(pairs)


def test_the_order_of_the_candidates_plays_no_part(built_demo: DbtRun) -> None:
    given = documents(800, 12, 10, 30)
    assert assigned(built_demo, given) == assigned(built_demo, given, shuffled=1)


def test_twins_pair_by_rank_and_leave_the_difference_over(built_demo: DbtRun) -> None:
    twins: dict[int, Document] = {
        0: ([(f"e0_{index}", 1000, 4) for index in range(3)], [(f"r0_{index}", 1000, 4) for index in range(5)]),
        1: ([(f"e1_{index}", 1000, 4) for index in range(30)], [(f"r1_{index}", 1000, 4) for index in range(20)]),
    }  # fmt: skip
    taken = assigned(built_demo, twins)
    assert taken[0] == {(f"e0_{index}", f"r0_{index}") for index in range(3)}
    assert len(taken[1]) == 20


def test_the_nearest_pair_alone_is_not_the_best(built_demo: DbtRun) -> None:
    """Days 0 and 5 expected, 4 and 9 recorded: the pair one day apart would leave two items over."""
    given: dict[int, Document] = {0: ([("e0_0", 1000, 0), ("e0_1", 1000, 5)], [("r0_0", 1000, 4), ("r0_1", 1000, 9)])}
    assert assigned(built_demo, given)[0] == {("e0_0", "r0_0"), ("e0_1", "r0_1")}
