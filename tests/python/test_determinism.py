"""The marts depend on the facts alone: not on the order of raw rows, the number of threads or the time zone.

Three builds of the demo, in each of which all three differ, have one hash over all marts. The first is the build
that every test shares: rows as they are shipped, two threads, UTC.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import hash_marts
import pytest
import yaml
from conftest import DbtRun, copy_project, run_dbt
from hash_marts import hash_of_all

# Seed of the shuffle, threads of dbt and of DuckDB, time zone of the session.
OTHER_BUILDS = [(2, 1, "Asia/Kolkata")]
SOME_AMOUNTS = [
    ("fct_matches", "residual_amount"),
    ("fct_reconciliation_items", "functional_amount"),
    ("rpt_account_proofs", "difference_amount"),
    ("rpt_mrr", "opening_amount"),
]


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as opened:
        yield opened


def hashes(database: Path) -> dict[str, tuple[int, str]]:
    """{mart: (rows, hash)} of a built database."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return hash_marts.hash_marts(connection)


def shuffle_rows(project: Path, seed: int) -> int:
    """Shuffle the rows of every raw table of the demo; return how many tables have another order now."""
    chance = random.Random(seed)
    moved = 0
    for path in sorted((project / "seeds" / "demo").rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            header, *rows = csv.reader(file)
        shuffled = chance.sample(rows, len(rows))
        moved += shuffled != rows
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows([header, *shuffled])
    return moved


def set_session(project: Path, threads: int, zone: str) -> None:
    """Rewrite the copy's profile: threads, time zone, and no promise of DuckDB to keep the order of rows."""
    path = project / "profiles.yml"
    profiles = yaml.safe_load(path.read_text(encoding="utf-8"))
    output = profiles["tieout"]["outputs"]["dev"]
    output["threads"] = threads
    output["settings"] = {"TimeZone": zone, "threads": threads, "preserve_insertion_order": False}
    path.write_text(yaml.safe_dump(profiles), encoding="utf-8")


@pytest.mark.dbt
@pytest.mark.slow
@pytest.mark.parametrize(("seed", "threads", "zone"), OTHER_BUILDS)
def test_marts_are_the_same_in_any_order_thread_and_time_zone(
    built_demo: DbtRun, lean_demo: DbtRun, tmp_path: Path, seed: int, threads: int, zone: str
) -> None:
    project = copy_project(tmp_path, built=lean_demo, unit_tests=False)
    assert shuffle_rows(project, seed) > 20
    set_session(project, threads, zone)
    run = run_dbt(project, "build", "--exclude-resource-type", "test", "unit_test")
    assert run.success, "\n".join(run.messages[-20:])
    expected, found = hashes(built_demo.database), hashes(run.database)
    assert len(expected) > 30
    differing = [name for name in expected if expected[name] != found.get(name)]
    assert not differing, f"differ with shuffle {seed}, {threads} threads, {zone}: {differing}"
    assert hash_of_all(found) == hash_of_all(expected)


@pytest.mark.dbt
def test_what_the_builds_vary_reaches_their_sessions(lean_demo: DbtRun, tmp_path: Path) -> None:
    """Same results prove nothing if the settings of the copy's profile never arrive."""
    project = copy_project(tmp_path, built=lean_demo, with_data=True, unit_tests=False)
    set_session(project, 4, "Asia/Kolkata")
    settings = ("TimeZone", "threads", "preserve_insertion_order")
    columns = ", ".join(f"cast(current_setting('{name}') as varchar) as {name.lower()}" for name in settings)
    # A table: a view would be read in the session of this test.
    model = project / "models" / "intermediate" / "session_settings.sql"
    epoch = "cast(cast(to_timestamp(0) as timestamp) as varchar) as epoch"
    model.write_text(f"select {columns}, {epoch}\n", encoding="utf-8")
    run = run_dbt(project, "run", "--select", model.stem)
    assert run.success, "\n".join(run.messages[-20:])
    assert run.query(f"select * from {model.stem}") == [("Asia/Kolkata", "4", "false", "1970-01-01 05:30:00")]


@pytest.mark.dbt
def test_the_smallest_change_of_an_amount_changes_the_hash(built_demo: DbtRun, tmp_path: Path) -> None:
    expected = hashes(built_demo.database)
    for mart, column in SOME_AMOUNTS:
        database = tmp_path / f"{mart}.duckdb"
        shutil.copy2(built_demo.database, database)
        with duckdb.connect(str(database)) as connection:
            row = f"select min(rowid) from {mart} where {column} is not null"
            connection.execute(f"update {mart} set {column} = {column} + 0.0001 where rowid = ({row})")
        found = hashes(database)
        assert [name for name in expected if expected[name] != found[name]] == [mart]
        assert hash_of_all(found) != hash_of_all(expected)


# --- the hash itself -------------------------------------------------------------------------------


def hash_of_table(connection: duckdb.DuckDBPyConnection, sql: str) -> str:
    connection.execute(f"create or replace table fct_things as {sql}")
    return hash_marts.hash_marts(connection)["fct_things"][1]


def test_the_order_of_rows_does_not_count(connection) -> None:
    one = hash_of_table(connection, "select * from (values (1, 'a'), (2, 'b')) as things (id, name)")
    other = hash_of_table(connection, "select * from (values (2, 'b'), (1, 'a')) as things (id, name)")
    assert one == other


@pytest.mark.parametrize(
    "other",
    [
        "select 1 as id, 'b' as name",
        "select 1 as id, null as name",
        "select 1 as id, '' as name",
        "select 1 as id, 'a' as other_name",
        "select 1::bigint as id, 'a' as name",
        "select 'a' as name, 1 as id",
        "select 1 as id, 'a' as name union all select 1, 'a'",
        "select 1 as id, 'a' as name where false",
    ],
)
def test_whatever_else_differs_counts(connection, other: str) -> None:
    assert hash_of_table(connection, "select 1 as id, 'a' as name") != hash_of_table(connection, other)


def test_null_is_not_the_empty_text(connection) -> None:
    assert hash_of_table(connection, "select '' as name") != hash_of_table(connection, "select null::text as name")


def test_values_do_not_run_into_each_other(connection) -> None:
    one = hash_of_table(connection, "select 'a,' as one, 'b' as other")
    assert one != hash_of_table(connection, "select 'a' as one, ',b' as other")


def test_only_marts_are_hashed(connection) -> None:
    connection.execute("create table int_things as select 1 as id")
    connection.execute("create table dim_things as select 1 as id")
    assert list(hash_marts.hash_marts(connection)) == ["dim_things"]


def test_a_database_without_marts_is_one_line(tmp_path: Path, capsys) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    assert hash_marts.main(["--database", str(tmp_path / "empty.duckdb")]) == 2
    assert hash_marts.main(["--database", str(tmp_path / "no_such.duckdb")]) == 2
    assert capsys.readouterr().err.count("\n") == 2
