"""Which test notices a mutant: first the unit tests of its model, then the data tests of the demo."""

from __future__ import annotations

import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Iterator

import duckdb

from mutation.project import DataTest, Model, NotUsable, Project

BY_UNIT_TEST, BY_DATA_TEST = "unit test", "data test"
DOES_NOT_RUN, SURVIVES = "does not run", "survives"


@dataclass(frozen=True)
class Verdict:
    """What became of a mutant, and which test or what else says so."""

    outcome: str
    detail: str


class Judge:
    """An open session over a built database, which is only read; mutated tables live in memory."""

    def __init__(self, project: Project, seconds: float = 30.0) -> None:
        self.project, self.seconds = project, seconds
        self.connection = duckdb.connect(":memory:", config={"threads": 1})
        self.connection.execute("set TimeZone = 'UTC'")
        path = str(project.database).replace("'", "''")
        self.connection.execute(f"attach '{path}' as warehouse (read_only)")
        self.connection.execute("use warehouse.main")
        self.order = self.topological()
        self.hashes: dict[str, Any] = {}
        self.kills: Counter[str] = Counter()

    def close(self) -> None:
        self.connection.close()

    def topological(self) -> list[str]:
        """Compiled models, parents first."""
        done: dict[str, None] = {}

        def visit(key: str) -> None:
            if key in self.project.compiled and key not in done:
                for parent in self.project.parents[key]:
                    visit(parent)
                done[key] = None

        for key in self.project.compiled:
            visit(key)
        return list(done)

    @contextmanager
    def time_limit(self) -> Iterator[None]:
        """Interrupts the query that runs too long; it raises duckdb.InterruptException."""
        timer = threading.Timer(self.seconds, self.connection.interrupt)
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    # --- unit tests ----------------------------------------------------------------------------------

    def unit_test_holds(self, sql: str) -> bool:
        """Whether actual and expected are the same rows, each as often, whatever their order."""
        counts: dict[str, Counter[tuple[Any, ...]]] = {"actual": Counter(), "expected": Counter()}
        for *values, side in self.connection.execute(sql).fetchall():
            counts[side][tuple(map(str, values))] += 1
        return counts["actual"] == counts["expected"]

    def failing_unit_test(self, model: Model, body: str, macros: dict[str, str]) -> str | None:
        """The name of the first unit test that is red, those that killed most before come first."""
        for test in sorted(model.unit_tests, key=lambda test: -self.kills[test.name]):
            try:
                with self.time_limit():
                    held = self.unit_test_holds(test.rendered(body, macros))
            except duckdb.Error:
                held = False
            if not held:
                self.kills[test.name] += 1
                return test.name
        return None

    # --- data tests ----------------------------------------------------------------------------------

    def elsewhere(self, sql: str, changed: list[str]) -> str:
        """SQL that reads the changed models from memory instead of the database."""
        for key in changed:
            relation = self.project.relations[key]
            sql = sql.replace(relation, '"mutated"' + relation[relation.index(".") :])
        return sql

    def table_of(self, key: str) -> str:
        relation = self.project.relations[key]
        return '"mutated"' + relation[relation.index(".") :]

    def build(self, key: str, sql: str) -> None:
        """Create a model in memory, with the types of its contract if it has one."""
        typed = self.project.typed.get(key)
        columns = ", ".join(f'cast("{name}" as {kind}) as "{name}"' for name, kind in typed) if typed else "*"
        self.connection.execute(f"create table {self.table_of(key)} as select {columns} from (\n{sql}\n)")

    def hash_of(self, relation: str) -> tuple[Any, ...]:
        """A fingerprint of a table's rows that does not depend on their order."""
        sql = f"select count(*), sum(cast(hash(rows_of) as hugeint)) from {relation} as rows_of"
        return self.connection.execute(sql).fetchone()

    def is_changed(self, key: str) -> bool:
        if key not in self.hashes:
            self.hashes[key] = self.hash_of(self.project.relations[key])
        return self.hash_of(self.table_of(key)) != self.hashes[key]

    @contextmanager
    def memory(self) -> Iterator[None]:
        """A place for changed tables, empty at the start and gone at the end."""
        self.connection.execute("attach ':memory:' as mutated")
        self.connection.execute("create schema if not exists mutated.main")
        try:
            yield
        finally:
            self.connection.execute("detach mutated")

    def failing_data_test(self, mutated: dict[str, str]) -> tuple[str | None, int]:
        """The first data test that is red, and how many models differ from the demo as built.

        `mutated` is {unique id: SQL}. Models downstream are built again only as far as they change.
        """
        changed: list[str] = []
        settled: set[str] = set()
        asked: set[str] = set()
        touched = set(mutated)
        for key in self.order:
            if key in mutated or any(parent in touched for parent in self.project.parents[key]):
                touched.add(key)
        with self.memory():
            for key in self.order:
                if key in mutated or any(parent in changed for parent in self.project.parents[key]):
                    self.build(key, self.elsewhere(mutated.get(key, self.project.compiled[key]), changed))
                    if self.is_changed(key):
                        changed.append(key)
                        settled.add(key)
                        red = self.first_red(changed, touched - settled, asked)
                        if red is not None:
                            return red, len(changed)
                        continue
                settled.add(key)
            return self.first_red(changed, set(), asked), len(changed)

    def first_red(self, changed: list[str], open_models: set[str], asked: set[str]) -> str | None:
        """A red test among those that read something changed and nothing that may still change."""
        for test in sorted(self.project.tests, key=lambda test: -self.kills[test.name]):
            ready = any(key in changed for key in test.parents) and test.name not in asked
            if ready and not any(key in open_models for key in test.parents):
                asked.add(test.name)
                if not self.data_test_holds(test, changed):
                    self.kills[test.name] += 1
                    return test.name
        return None

    def data_test_holds(self, test: DataTest, changed: list[str]) -> bool:
        sql = f"select count(*) from (\n{self.elsewhere(test.sql, changed)}\n)"
        return self.connection.execute(sql).fetchone()[0] == 0

    # --- both ----------------------------------------------------------------------------------------

    def verdict(self, bodies: dict[str, str], macros: dict[str, str]) -> Verdict:
        """Judge a mutant: {model name: its body, changed or not}, and renderings of a changed macro."""
        models = [self.project.models[name] for name in bodies]
        try:
            sqls = {model.unique_id: model.sql.rendered(bodies[model.name], macros) for model in models}
            for sql in sqls.values():
                self.connection.execute("explain " + sql)
        except KeyError as error:
            return Verdict(DOES_NOT_RUN, f"{error.args[0]} is not in the compiled SQL")
        except duckdb.Error as error:
            return Verdict(DOES_NOT_RUN, str(error).splitlines()[0])
        for model in models:
            red = self.failing_unit_test(model, bodies[model.name], macros)
            if red is not None:
                return Verdict(BY_UNIT_TEST, red)
        try:
            with self.time_limit():
                red, count = self.failing_data_test(sqls)
        except duckdb.InterruptException:
            return Verdict(SURVIVES, f"not judged on the demo within {self.seconds:.0f} seconds")
        except duckdb.Error as error:
            return Verdict(BY_DATA_TEST, "the build: " + str(error).splitlines()[0])
        if red is not None:
            return Verdict(BY_DATA_TEST, red)
        changed = f"{count} models change on the demo" if count else "nothing changes on the demo"
        return Verdict(SURVIVES, changed)

    def check_the_unchanged(self) -> None:
        """Every test must hold before anything is changed. Raises NotUsable with the first that is red."""
        for model in self.project.models.values():
            red = self.failing_unit_test(model, model.body, {})
            if red is not None:
                raise NotUsable(f"{red} is red before anything is changed")
            with self.memory():
                self.build(model.unique_id, model.sql.rendered(model.body))
                if self.is_changed(model.unique_id):
                    raise NotUsable(f"{model.name} in the database is not this checkout's: build it again")
        for test in self.project.tests:
            if not self.data_test_holds(test, []):
                raise NotUsable(f"{test.name} is red before anything is changed")
        self.kills.clear()


