"""The benchmark's figures: which tier a model works for, and how many items reach each tier."""

from __future__ import annotations

import re
from pathlib import Path

import benchmark_matching
import duckdb
import pytest
from benchmark_matching import Timing, items_by_tier, report, seconds_by_tier, tier_of
from conftest import PROJECT_ROOT

MODELS = {path.stem: path for path in (PROJECT_ROOT / "models").rglob("*.sql")}


def upstream(model: str) -> set[str]:
    """A model and all models behind it."""
    found, waiting = {model}, [model]
    while waiting:
        text = MODELS[waiting.pop()].read_text(encoding="utf-8")
        new = (set(re.findall(r"ref\('(\w+)'\)", text)) & set(MODELS)) - found
        found |= new
        waiting += new
    return found


def test_every_model_that_is_timed_works_for_a_tier() -> None:
    """A model that fits no pattern would be added to no tier."""
    timed = upstream(benchmark_matching.LAST).difference(*map(upstream, benchmark_matching.GIVEN))
    assert len(timed) > 20
    assert [model for model in sorted(timed) if tier_of(model) == "other"] == []


def test_seconds_are_summed_per_tier() -> None:
    times = {"int_structural_pairs": 1.0, "int_matches_by_structure": 0.5, "int_matches_one_sided": 2.0}
    assert seconds_by_tier(times) == {"6 structural": 1.5, "8 one-sided": 2.0}


def built(folder: Path) -> Path:
    """Five items that may be matched: two by tier 1, two by tier 9, one alone; and one that may not."""
    database = folder / "built.duckdb"
    with duckdb.connect(str(database)) as connection:
        for side, items in {"expected": "e", "recorded": "r"}.items():
            connection.execute(
                f"create table int_{side}_items as select '{items}' || id as item_id, "
                "case id when 2 then 'bank' else 'ledger' end as leg, id < 4 as is_matchable "
                f"from range(1, {5 if side == 'expected' else 3}) as ids (id)"
            )
        connection.execute(
            "create table int_match_members as select * from (values ('e1', 1), ('r1', 1), ('e2', 9), ('r2', 9)) "
            "as members (item_id, match_tier)"
        )
    return database


def test_an_item_reaches_every_tier_up_to_its_own(tmp_path: Path) -> None:
    items, ledger, rows = items_by_tier(built(tmp_path))
    assert (items, ledger) == (5, 3)
    assert [row for row in rows if row[2]] == [(1, 5, 2), (9, 3, 2)]
    assert [reached for tier, reached, _ in rows if tier in (0, 1, 2, 8)] == [5, 5, 3, 3]
    text = report(Timing(2.0, 1.0, 1.5, 2 * 1024**3, {"int_matches": 0.5}), items, ledger, rows, 3)
    assert "1.0 s from the first model to the last" in text
    assert "in no match" in text and "20.00%" in text


@pytest.mark.parametrize("arguments", [["--database", "no_such_file"], ["--keep", str(PROJECT_ROOT / "Makefile")]])
def test_bad_input_is_one_line(capsys, arguments: list[str]) -> None:
    assert benchmark_matching.main(arguments) == 2
    assert capsys.readouterr().err.count("\n") == 1
