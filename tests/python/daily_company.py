"""A generated company that was loaded every morning, in a copied project that is parsed and seeded once.

It can be built as of any morning in two ways: from the rows that had landed by then and no others, and from all rows
with the var known_until. Builds are kept, so that asking twice costs nothing.
"""

from __future__ import annotations

import datetime as dt
import json
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import duckdb
from conftest import PROJECT_ROOT, WAREHOUSE, DbtRun, copy_project, only_the_projects_settings, run_dbt

sys.path.insert(0, str(PROJECT_ROOT / "scripts"))

from company.landings import LOAD_HOUR, Stop, land_daily  # noqa: E402
from company.tables import Tables  # noqa: E402
from company.world import Options  # noqa: E402
from company.write import write_tables  # noqa: E402
from generate_company import generate, read_fault_rates  # noqa: E402

OPTIONS = Options(7, 12, 3, dt.date(2024, 1, 1))
# Out on Tuesday morning, back on the Monday after.
OUTAGE = Stop("stripe", dt.date(2024, 1, 16), dt.date(2024, 1, 22))
STAMPED = """
    select table_schema, table_name, column_name
    from information_schema.columns
    where column_name in ('_fivetran_synced', '_loaded_at') and table_schema <> 'main'
"""


def company_tables(options: Options = OPTIONS, faults: str = "default") -> Tables:
    """The finished company, before it is loaded day by day."""
    return generate(options, "UTC", read_fault_rates(faults))[0]


class DailyCompany:
    """`DailyCompany(folder, tables, stops).build(morning)`; `tables` is a finished company."""

    def __init__(
        self, folder: Path, tables: Tables, stops: Sequence[Stop] = (OUTAGE,), options: Options = OPTIONS
    ) -> None:
        self.folder = folder
        self.project = copy_project(folder, unit_tests=False)
        self._builds: dict[str, DbtRun] = {}
        self._manifest = self._parsed()
        # Without the connectors' log a quiet fortnight at one of the sources would pass for an outage.
        landed = land_daily(tables, options.start, options.last_day, stops, is_logged=True)
        write_tables(landed, self.project / WAREHOUSE, "duckdb")
        seeded = self._run("seed", "", "--exclude", "tag:demo")
        assert seeded.success, seeded.messages
        shutil.copy2(self.project / WAREHOUSE, folder / "seeded.duckdb")

    @property
    def marts(self) -> set[str]:
        """Names of all marts of the project."""
        return {
            node.name for node in self._manifest.nodes.values()
            if node.resource_type == "model" and node.path.startswith("marts/")
        }  # fmt: skip

    def build(
        self, name: str, *select: str, known_until: str = "", landed_until: str = "", after: str = ""
    ) -> DbtRun:
        """Run the models, or those selected, with the var, or on the rows landed by a moment only.

        `after` is SQL that changes what has landed first.
        """
        if name not in self._builds:
            shutil.copy2(self.folder / "seeded.duckdb", self.project / WAREHOUSE)
            if landed_until:
                self._forget_after(landed_until)
            if after:
                with duckdb.connect(str(self.project / WAREHOUSE)) as connection:
                    connection.execute(after)
            run = self._run("run", known_until, *(("--select", *select) if select else ()))
            assert run.success, "\n".join(run.messages[-20:])
            database = self.folder / f"{name}.duckdb"
            shutil.move(self.project / WAREHOUSE, database)
            self._builds[name] = DbtRun(True, self.project, run.target, database, run.messages)
        return self._builds[name]

    def refused(self, known_until: str) -> list[str]:
        """Messages of a run with a value of the var that cannot be one."""
        shutil.copy2(self.folder / "seeded.duckdb", self.project / WAREHOUSE)
        run = self._run("compile", known_until, "--select", "stg_ecb__exchange_rates")
        assert not run.success
        return run.messages

    def _run(self, command: str, known_until: str, *arguments: str) -> DbtRun:
        variables = {"demo": False, "known_until": known_until}
        return run_dbt(self.project, command, *arguments, variables=variables, manifest=self._manifest)

    def _parsed(self) -> Any:
        """The parsed project without tests: nothing selects them, and dbt walks over all nodes at every start."""
        from dbt.cli.main import dbtRunner

        command = ["--quiet", "parse", "--project-dir", str(self.project), "--profiles-dir", str(self.project)]
        command += ["--vars", json.dumps({"demo": False}), "--log-path", str(self.project / "target" / "logs")]
        with only_the_projects_settings(self.project):
            outcome = dbtRunner().invoke(command)
        assert outcome.success, outcome.exception
        manifest = outcome.result
        for key in [key for key in manifest.nodes if key.startswith("test.")]:
            del manifest.nodes[key]
        manifest.unit_tests.clear()
        manifest.build_parent_and_child_maps()
        return manifest

    def _forget_after(self, moment: str) -> None:
        """Take back every row that was loaded after a moment."""
        with duckdb.connect(str(self.project / WAREHOUSE)) as connection:
            for schema, table, column in connection.execute(STAMPED).fetchall():
                connection.execute(
                    f'delete from "{schema}"."{table}" where "{column}" > cast(? as timestamp)', [moment]
                )


def morning_after(day: dt.date) -> str:
    """The load that completes a day, as known_until has it."""
    return f"{dt.datetime.combine(day + dt.timedelta(days=1), LOAD_HOUR):%Y-%m-%d %H:%M:%S}"
