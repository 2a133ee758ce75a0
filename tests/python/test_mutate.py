"""Mutation tests: which changes each mutator makes, and that a change no test notices survives."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import pytest
from conftest import copy_project

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import mutate
from mutation.judge import BY_DATA_TEST, BY_UNIT_TEST, DOES_NOT_RUN, SURVIVES, Verdict
from mutation.mutators import MUTATORS, Mutant, mutants_of
from mutation.project import NotUsable, aligned, macro_blocks, read_project, split_body

MATCHING = ROOT / "models" / "intermediate" / "matching"


def changes(sql: str, mutator: str) -> list[tuple[str, str]]:
    """What one mutator makes of a text, as (before, after)."""
    return [(each.before, each.after) for each in mutants_of(sql) if each.mutator == mutator]


# --- the mutators ------------------------------------------------------------------------------------

CASES: dict[str, tuple[str, str, list[tuple[str, str]]]] = {
    "an anti-join": (
        "drop anti-join",
        "select a from x left join y on x.i = y.i where y.i is null and x.b is null",
        [("y.i is null", ""), ("x.b is null", "")],
    ),
    "a null test elsewhere is no anti-join": (
        "drop anti-join",
        "select case when y.i is null then 1 end as a from x where y.i is not null",
        [],
    ),
    "each key of a join": (
        "drop join key",
        "select a from x inner join y on x.i = y.i and x.j = y.j",
        [("x.i = y.i", ""), ("x.j = y.j", "")],
    ),
    "the only key of a join": (
        "drop join key",
        "select a from x inner join y on x.i = y.i where x.j = 2",
        [("x.i = y.i", "1 = 1")],
    ),
    "a bound": (
        "drop bound",
        "select a from x where x.i <= x.j and x.k between 1 and 2",
        [("x.i <= x.j", ""), ("x.k between 1 and 2", "")],
    ),
    "a bound moved by one": (
        "move bound",
        "select a from x inner join y on x.i < y.i and y.d between x.f and x.t",
        [
            ("x.i < y.i", "x.i <= y.i"),
            ("y.d between x.f and x.t", "y.d > x.f and y.d <= x.t"),
            ("y.d between x.f and x.t", "y.d >= x.f and y.d < x.t"),
        ],
    ),
    "the frame of a window is no bound": (
        "drop bound",
        "select sum(a) over (order by b rows between unbounded preceding and current row) as c from x",
        [],
    ),
    "order terms": (
        "drop order term",
        "select row_number() over (partition by a order by abs(b - c) asc, d desc) as n from x",
        [("abs(b - c) asc", ""), ("d desc", "")],
    ),
    "order terms turned round": (
        "reverse order term",
        "select row_number() over (order by f(b, c) asc, d desc, e) as n from x",
        [("f(b, c) asc", "f(b, c) desc"), ("d desc", "d asc"), ("e", "e desc")],
    ),
    "the order of a report is not a window's": ("reverse order term", "select a from x order by a", []),
    "partition keys": (
        "drop partition key",
        "select min(a) over (partition by b, c), max(a) over (partition by d order by e) from x",
        [("b", ""), ("c", ""), ("d", "")],
    ),
    "conditions and choices": (
        "drop predicate",
        "select a from x where a = 1 and (b = 2 or not c = 3)",
        [("a = 1", ""), ("( b = 2 or not c = 3 )", ""), ("b = 2", ""), ("not c = 3", "")],
    ),
    "conditions of a case and of a column": (
        "drop predicate",
        "select case when a = 1 and b = 2 then c end, d = 1 or e = 2 as f from x",
        [("a = 1", ""), ("b = 2", ""), ("d = 1", ""), ("e = 2", "")],
    ),
    "is distinct from is one comparison": (
        "drop predicate",
        "select a from x where (a is distinct from b) and c = 1",
        [("(a is distinct from b)", ""), ("c = 1", "")],
    ),
    "a switch": ("drop filter", "select a from x where is_enabled", [("is_enabled", "")]),
    "branches of a case": (
        "drop case branch",
        "select case a when 1 then b when 2 then c end from x",
        [("when 1 then b", ""), ("when 2 then c", "")],
    ),
    "the only branch of a case": (
        "drop case branch",
        "select case when a then b else c end, case when a then b end from x",
        [("case when a then b else c end", "(c)")],
    ),
    "a having": ("drop having", "select a from x group by a having count(*) > 1", [("count(*) > 1", "")]),
    "distinct": (
        "drop distinct",
        "select distinct a, count(distinct b) from x where c is distinct from d",
        [("distinct a", ""), ("distinct b", "")],
    ),
    "joins": (
        "swap join",
        "select a from x inner join y on true left join z on true cross join w",
        [("inner join y", "left join y"), ("left join z", "inner join z")],
    ),
    "min and max": (
        "swap min and max",
        "select min(a), max(case when b then c end), least(d, e) from x",
        [("min(a)", "max(a)"), ("max(case when b then c end)", "min(case when b then c end)")],
    ),
    "signs": (
        "swap sign",
        "select a - b, -c, sum(d) + 1, 'e-f' from x where g in (-1)",
        [("a - b", "a + b"), ("-c", "c"), ("(d) + 1", "(d) - 1"), ("-1", "1")],
    ),
    "abs": ("drop abs", "select abs(a - b) from x", [("abs(a - b)", "(a - b)")]),
    "coalesce": ("drop coalesce", "select coalesce(f(a, b), c) from x", [("coalesce(f(a, b), c)", "(f(a, b))")]),
    "numbers": (
        "change number",
        "select a * 10000, cast(b as numeric(28, 4)), case when c then 1 end from x where d = 0 and e = 'a1'",
        [("a * 10000", "a * 1000"), ("then 1", "then 2"), ("d = 0", "d = 1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_mutator_changes_what_it_should_and_nothing_else(case: str) -> None:
    mutator, sql, expected = CASES[case]
    spaced = [(before.replace("( ", "(").replace(" )", ")"), after) for before, after in expected]
    assert sorted(changes(sql, mutator)) == sorted(spaced)


def test_every_mutator_has_a_case() -> None:
    assert {mutator for mutator, _, _ in CASES.values()} == set(MUTATORS)


def test_what_is_left_reads_well() -> None:
    sql = "with\n\na as (\n    select b\n    from c\n    where\n        d = 1\n        and e is null\n)\n\nselect * from a\n"
    dropped = next(each for each in mutants_of(sql, "int_a") if each.mutator == "drop anti-join")
    assert dropped.applied(sql) == sql.replace("\n        and e is null", "")
    assert (dropped.model, dropped.step, dropped.line, dropped.occurrence) == ("int_a", "a", 8, 1)


def test_comments_text_and_jinja_are_left_alone() -> None:
    sql = (
        "-- where a is null and b <= 1\nselect 'where x is null and y < 1' as t, {{ f('a - b', 10) }} as u\n"
        "from {{ ref('x') }} {# min(a) #}"
    )
    assert mutants_of(sql) == []


def test_conditions_that_a_macro_ties_together_are_found() -> None:
    sql = (
        "{% macro m(rounds) -%}\nselect a from x\n{%- for r in rounds %}\n"
        "{{ 'where' if loop.first else 'and' }} {{ r }}.i is null\n    and {{ r }}.j is null\n"
        "{%- endfor %}\n{%- endmacro %}"
    )
    assert len(changes(sql, "drop anti-join")) == 2


def test_equal_changes_of_one_step_are_told_apart() -> None:
    sql = "select case when a then 1 end, case when b then 1 end from x"
    assert [each.occurrence for each in mutants_of(sql) if each.mutator == "change number"] == [1, 2]


@pytest.mark.parametrize("sql", ["select (a from x", "select a) from x", "select case a from x", "select $a"])
def test_a_text_that_cannot_be_read_is_an_error(sql: str) -> None:
    with pytest.raises(ValueError):
        mutants_of(sql)


@pytest.mark.parametrize("path", sorted(MATCHING.glob("*.sql")), ids=lambda path: path.stem)
def test_every_mutant_is_a_change_in_its_own_place(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    mutants = mutants_of(text, path.stem)
    assert len({each.key for each in mutants}) == len(mutants)
    assert all(" ".join(each.applied(text).split()) != " ".join(text.split()) for each in mutants)


# --- rendering ---------------------------------------------------------------------------------------


def test_a_text_is_found_again_in_what_dbt_compiled() -> None:
    text = "-- grain\nwith\n\na as (\n    select {{ m('x') }} as x\n    from {{ ref('b') }}\n)\n\nselect * from a\n"
    head, body = split_body(text)
    compiled = head + body.replace("{{ m('x') }}", "x + 1").replace("{{ ref('b') }}", '"w"."b"').rstrip()
    sql = aligned("int_a", body, compiled, r"\s*\Z")
    assert sql.rendered(body).rstrip() == compiled
    assert sql.rendered(body, {"{{ m('x') }}": "x + 2"}).rstrip() == compiled.replace("x + 1", "x + 2")
    with pytest.raises(NotUsable):
        aligned("int_a", body.replace("from", "from only"), compiled, r"\s*\Z")


def test_a_macro_is_rendered_where_it_is_called() -> None:
    macro = "{% macro twice(a) -%}\n    {{ a }} + {{ a }}\n{%- endmacro %}"
    assert macro_blocks("twice", macro, ["select {{ twice('b') }}, {{ ref('c') }}"]) == {"{{ twice('b') }}": "b + b"}
    with pytest.raises(NotUsable, match="other_macro"):
        macro_blocks("twice", macro.replace("+", "{{ other_macro() }}"), ["select {{ twice('b') }}"])


# --- the list of equivalent mutants, the score -------------------------------------------------------


def listed(folder: Path, *rows: list[str]) -> Path:
    """A list of equivalent mutants with these rows."""
    path = folder / "equivalent.csv"
    with path.open("w", encoding="utf-8", newline="") as lines:
        csv.writer(lines).writerows([mutate.COLUMNS, *rows])
    return path


def test_the_list_in_the_project_fits_the_project(capsys) -> None:
    assert mutate.main(["--list"]) == 0
    assert len(capsys.readouterr().out.splitlines()) > 100


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (["int_matches", "a", "drop abs", "abs(b)", "(b)", "1", "why"], "is no more: int_matches | a | drop abs"),
        (["int_matches", "a", "drop abs", "abs(b)", "(b)", "1", " "], "equivalent.csv:2: a row needs"),
        (["int_matches", "a", "drop abs", "abs(b)", "(b)", "", "why"], "equivalent.csv:2: a row needs"),
    ],
)
def test_a_rotten_row_of_the_list_is_one_line(tmp_path: Path, capsys, row: list[str], said: str) -> None:
    assert mutate.main(["--list", "--equivalent", str(listed(tmp_path, row))]) == 2
    error = capsys.readouterr().err
    assert said in error and error.count("\n") == 1


@pytest.mark.parametrize(
    "command",
    [
        ["--folder", "models/nowhere"],
        ["--model", "int_nothing"],
        ["--macro", "nothing_mutual"],
        ["--equivalent", "nowhere.csv"],
        ["--database", "nowhere.duckdb"],
    ],
)
def test_unusable_input_is_one_line(capsys, command: list[str]) -> None:
    assert mutate.main(command) == 2
    error = capsys.readouterr().err
    assert error.startswith("mutate.py: ") and error.count("\n") == 1


def test_a_mutant_on_the_list_that_a_test_notices_is_told_and_fails() -> None:
    assert mutate.as_listed(Verdict(SURVIVES, "why"), None) == Verdict(SURVIVES, "why")
    assert mutate.as_listed(Verdict(SURVIVES, "why"), "a reason").outcome == mutate.LISTED_AS_EQUIVALENT
    noticed = mutate.as_listed(Verdict(BY_UNIT_TEST, "some_test"), "a reason")
    assert noticed == Verdict(BY_UNIT_TEST, "listed as equivalent, take it off: some_test")
    mutant = Mutant("drop abs", 0, 1, "", "abs(a)", "(a)", model="int_a", line=3)
    assert "take it off: some_test]" in mutate.report([mutate.Judged("a.sql", mutant, noticed)], 1.0, False, False)


def test_a_mutant_that_does_not_run_or_cannot_matter_counts_for_nothing() -> None:
    mutant = Mutant("drop abs", 0, 1, "", "abs(a)", "(a)", model="int_a", step="b", line=3)
    outcomes = [BY_UNIT_TEST, BY_DATA_TEST, BY_DATA_TEST, SURVIVES, DOES_NOT_RUN, mutate.LISTED_AS_EQUIVALENT]
    judged = [mutate.Judged("models/int_a.sql", mutant, Verdict(outcome, "why")) for outcome in outcomes]
    assert mutate.score_of(judged) == 0.75
    said = mutate.report(judged, 6.0, True, False)
    assert "| drop abs | 6 | 1 | 2 | 1 | 1 | 1 |" in said and "3 of 4 mutants" in said
    assert "- models/int_a.sql:3 (b) drop abs: abs(a) -> (a) [why]" in said


# --- killing -----------------------------------------------------------------------------------------


@pytest.mark.dbt
@pytest.mark.slow
def test_what_a_test_notices_is_killed_and_a_useless_change_survives(
    tmp_path: Path, built_demo, dbt
) -> None:
    path = MATCHING / "int_residue_after_groups.sql"
    text = path.read_text(encoding="utf-8")
    (tmp_path / "session").mkdir()
    project = read_project(
        tmp_path / "session",
        built_demo.database,
        ["models/intermediate/matching"],
        [path.stem],
        [],
        built_demo.target / "partial_parse.msgpack",
    )
    session = mutate.Session(project, {path.stem: path})
    session.judge.check_the_unchanged()
    anti_joins = [each for each in mutants_of(text, path.stem) if each.mutator == "drop anti-join"]
    assert anti_joins
    killed = [session.verdict(each) for each in anti_joins]
    assert {each.outcome for each in killed} <= {BY_UNIT_TEST, BY_DATA_TEST}, killed

    at = text.rindex("where")
    useless = Mutant("drop filter", at, at + 5, "where 1 = 1 and", "", "", model=path.stem)
    assert session.verdict(useless) == Verdict(SURVIVES, "nothing changes on the demo")
    wrong = Mutant("drop filter", at, at + 5, "where no_such_column and", "", "", model=path.stem)
    assert session.verdict(wrong).outcome == DOES_NOT_RUN
    session.judge.close()

    # dbt itself sees what the session sees.
    copy = copy_project(tmp_path / "dbt", built=built_demo, with_data=True)
    (copy / path.relative_to(ROOT)).write_text(anti_joins[0].applied(text), encoding="utf-8")
    run = dbt(copy, "test", "--select", f"test_type:unit,{path.stem}")
    assert killed[0].outcome == BY_UNIT_TEST and killed[0].detail in run.failed
