"""Fixtures that run dbt inside the test process, always on copies, never in the checkout.

Starting the dbt command costs many times what a call through dbtRunner costs, and a DuckDB file
belongs to one process at a time. So the demo is built once per test session in a copy of the project;
each pytest worker gets its own copy of the result, and tests that change the project copy it again,
together with what dbt remembers of the parse, so that only the changed files are parsed anew.
"""

from __future__ import annotations

import csv
import fcntl
import gc
import importlib
import json
import os
import shutil
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, Iterator

import duckdb
import pytest

PROJECT_ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED_FROM_ROOT = {".git", ".venv", "target", "logs", "dbt_packages"}
NOT_COPIED_ANYWHERE = {"__pycache__", ".pytest_cache", ".hypothesis", ".user.yml"}
WAREHOUSE = Path("target") / "warehouse.duckdb"
DEFECTS = "test_controls_bite.py"
# They share one build: signed_books.
SIGNED = ("test_policies.py", "test_contracts.py", "test_revenue_reports.py")
# The tests that every column and key has: one build with them is enough for a kind of input.
GENERIC = ("--exclude", "test_type:generic")


def wires_nobody_explains() -> list[str]:
    """Ids of the demo's bank lines that quote nothing and match nothing, as its labels name them."""
    with (PROJECT_ROOT / "tests" / "fixtures" / "demo_labels.csv").open(encoding="utf-8", newline="") as file:
        return sorted(row["record_id"] for row in csv.DictReader(file) if row["cause"].startswith("unexplained_"))


@dataclass(frozen=True)
class DbtRun:
    """What one dbt invocation did: its artifacts, its messages and the database it left."""

    success: bool
    project: Path
    target: Path
    database: Path
    messages: list[str] = field(default_factory=list)

    @cached_property
    def manifest(self) -> dict[str, Any]:
        return json.loads((self.target / "manifest.json").read_text(encoding="utf-8"))

    @cached_property
    def run_results(self) -> list[dict[str, Any]]:
        return json.loads((self.target / "run_results.json").read_text(encoding="utf-8"))["results"]

    @cached_property
    def statuses(self) -> dict[str, str]:
        """Status by node name: success, pass, warn, fail, error, skipped."""
        return {self.name_of(row["unique_id"]): row["status"] for row in self.run_results}

    @property
    def failed(self) -> list[str]:
        return sorted(
            name for name, status in self.statuses.items() if status in {"fail", "error", "skipped"}
        )

    def name_of(self, unique_id: str) -> str:
        for kind in ("nodes", "unit_tests"):
            if unique_id in self.manifest.get(kind, {}):
                return self.manifest[kind][unique_id]["name"]
        return unique_id

    def query(self, sql: str, parameters: list[Any] | None = None) -> list[tuple[Any, ...]]:
        """Rows of a read-only query; the file is open only while it runs."""
        with duckdb.connect(str(self.database), read_only=True) as connection:
            connection.execute("set TimeZone = 'UTC'")
            return connection.execute(sql, parameters or []).fetchall()


def copy_project(
    destination: Path, built: DbtRun | None = None, with_data: bool = False, unit_tests: bool = True
) -> Path:
    """Copy the project tree without what git, dbt and Python made; return the copy's folder.

    Given a finished run, its parse state comes along (a later run parses only changed files), and
    with_data its database too (a later run can select a few nodes and find the rest built). Without
    unit tests dbt reads and writes half as much at every start; the run must be without them too.
    """
    project = destination / "project"

    def ignored(folder: str, names: list[str]) -> set[str]:
        at_root = NOT_COPIED_FROM_ROOT if Path(folder) == PROJECT_ROOT else set()
        files = {name for name in names if ".duckdb" in name}
        if not unit_tests:
            files |= {name for name in names if "__unit_tests" in name}
        return (set(names) & (at_root | NOT_COPIED_ANYWHERE)) | files

    shutil.copytree(PROJECT_ROOT, project, ignore=ignored)
    (project / "target").mkdir()
    if built is not None:
        state = built.target / "partial_parse.msgpack"
        if state.exists():
            shutil.copy2(state, project / "target" / state.name)
        if with_data:
            shutil.copy2(built.database, project / WAREHOUSE)
    return project


@contextmanager
def only_the_projects_settings(project: Path) -> Iterator[None]:
    """No variable of the caller's shell reaches dbt; relative paths are the project's."""
    environment, folder = dict(os.environ), Path.cwd()
    for name in list(os.environ):
        if name.startswith(("DBT_", "TIEOUT_")):
            del os.environ[name]
    os.environ["DBT_SEND_ANONYMOUS_USAGE_STATS"] = "false"
    os.chdir(project)
    try:
        yield
    finally:
        os.chdir(folder)
        os.environ.clear()
        os.environ.update(environment)


def run_dbt(
    project: Path, *arguments: str, variables: dict[str, Any] | None = None, manifest: Any = None
) -> DbtRun:
    """Run one dbt command in this process, in a copied project; its files stay in the copy.

    `run_dbt(project, "build", "--select", "fct_matches", variables={"demo": True})`. A manifest that
    was parsed before (`parsed_manifest`) is taken as it is: nothing is parsed again.
    """
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    if project.resolve() == PROJECT_ROOT:
        raise ValueError("run dbt in a copy of the project: copy_project(tmp_path)")
    messages: list[str] = []

    def remember(event: Any) -> None:
        if event.info.level in {"warn", "error"}:
            messages.append(event.info.msg)

    command = [*arguments, "--project-dir", str(project), "--profiles-dir", str(project)]
    command += ["--log-path", str(project / "target" / "logs"), "--no-use-colors"]
    if variables is not None:
        command += ["--vars", json.dumps(variables)]
    with only_the_projects_settings(project):
        try:
            runner = dbtRunner(manifest=manifest, callbacks=[remember])
            outcome = runner.invoke(["--quiet", *command])
        finally:
            # dbt keeps the database open after a run; a reader with other settings would be refused.
            DuckDBConnectionManager.close_all_connections()
            gc.collect()
    if outcome.exception is not None:
        messages.append(str(outcome.exception))
    return DbtRun(
        success=outcome.success,
        project=project,
        target=project / "target",
        database=project / WAREHOUSE,
        messages=messages,
    )


def parsed_manifest(project: Path, variables: dict[str, Any] | None = None) -> Any:
    """What dbt knows of a copied project, to be changed and handed to `run_dbt`.

    The variables decide what is read from where; a run may add others that only change a model's SQL.

    Generic and unit tests are left out: nothing selects them there, and dbt walks over all nodes at
    every start.
    """
    from dbt.cli.main import dbtRunner

    command = ["--quiet", "parse", "--project-dir", str(project), "--profiles-dir", str(project)]
    if variables is not None:
        command += ["--vars", json.dumps(variables)]
    with only_the_projects_settings(project):
        manifest = dbtRunner().invoke([*command, "--log-path", str(project / "target" / "logs")]).result
    generic = [
        key for key, node in manifest.nodes.items()
        if key.startswith("test.") and getattr(node, "test_metadata", None) is not None
    ]  # fmt: skip
    for key in generic:
        del manifest.nodes[key]
    manifest.unit_tests.clear()
    manifest.build_parent_and_child_maps()
    return manifest


def group_of(nodeid: str) -> str:
    """What is kept with one worker: a file, the files that share a build, an eighth of the planted defects."""
    name = nodeid.partition("::")[0].rpartition("/")[2]
    if name == DEFECTS:
        return f"{name}{zlib.crc32(nodeid.encode()) % 8}"
    return SIGNED[0] if name in SIGNED else name


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Send groups to the workers in the order of collection.

    xdist's own groups are read from the ids of tests, which pytest 9.2 no longer lets it change.
    """
    from xdist.scheduler import LoadScopeScheduling

    class ByGroup(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return group_of(nodeid)

    config.option.loadscopereorder = False
    return ByGroup(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep a file's tests with one worker, for they share a build, and let no worker wait for another.

    Planted defects work on a copy each, so they go round the workers. The first group makes one worker
    build the demo; what needs no demo comes next and keeps the others busy meanwhile; the planted
    defects, in small groups, come last and fill up the end.
    """
    groups: dict[str, list[pytest.Item]] = {}
    for item in items:
        groups.setdefault(group_of(item.nodeid), []).append(item)
    needing = {group for group, members in groups.items() if any(map(needs_demo, members))}
    starter = min(needing, key=lambda group: (len(groups[group]), group), default="")

    def place(group: str) -> int:
        if group == starter:
            return 0
        return 1 if group not in needing else 3 if group.startswith(DEFECTS) else 2

    items[:] = [item for group in sorted(groups, key=lambda group: (place(group), group)) for item in groups[group]]


def needs_demo(item: pytest.Item) -> bool:
    """Whether a test asks for the built demo, itself or through another fixture."""
    return "built_demo" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def project_root() -> Path:
    return PROJECT_ROOT


@pytest.fixture(scope="session")
def built_demo(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """One `dbt build` of the demo for the whole session; the database is this worker's own copy.

    Read it with `built_demo.query(...)`; do not write to it.
    """
    own = tmp_path_factory.mktemp("demo")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    built, done = shared / "built_demo", shared / "built_demo.json"
    with open(shared / "built_demo.lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            run = run_dbt(copy_project(built), "build")
            done.write_text(json.dumps([run.success, run.messages]), encoding="utf-8")
    success, messages = json.loads(done.read_text(encoding="utf-8"))
    project = built / "project"
    if not success:
        pytest.fail("dbt build of the demo failed:\n" + "\n".join(messages[-20:]), pytrace=False)
    shutil.copy2(project / WAREHOUSE, own / WAREHOUSE.name)
    return DbtRun(success, project, project / "target", own / WAREHOUSE.name, messages)


@pytest.fixture(scope="session")
def lean_demo(tmp_path_factory: pytest.TempPathFactory, built_demo: DbtRun) -> DbtRun:
    """The built demo with a project that has no unit tests, parsed once, to be copied from."""
    project = copy_project(tmp_path_factory.mktemp("lean"), built=built_demo, unit_tests=False)
    run = run_dbt(project, "parse")
    return DbtRun(run.success, project, project / "target", built_demo.database, run.messages)


@pytest.fixture(scope="session")
def signed_books(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """The tiny companies of the files that need no rates of their own, in one build with every control."""
    from tiny_companies import build_signed

    parts = [importlib.import_module(Path(name).stem).signed() for name in SIGNED]
    return build_signed(tmp_path_factory.mktemp("signed"), parts, [(date(2022, 12, 30), "USD", "1.20")])


@pytest.fixture
def project_copy(tmp_path: Path) -> Path:
    """A copy of the project that a test may change, without unit tests; nothing is built in it."""
    return copy_project(tmp_path, unit_tests=False)


@pytest.fixture
def built_copy(tmp_path: Path, lean_demo: DbtRun) -> Path:
    """A copy of the project with the demo already built and parsed: break it, run a few nodes."""
    return copy_project(tmp_path, built=lean_demo, with_data=True, unit_tests=False)


@pytest.fixture
def dbt():
    """The runner itself: `dbt(project, "build", "--select", "fct_matches")`."""
    return run_dbt
