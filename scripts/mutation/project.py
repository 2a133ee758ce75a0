"""What dbt makes of the project, asked once: compiled models and data tests, and runnable unit tests.

A mutant changes the text of a model or macro. To run it without asking dbt again, each `{{ ... }}` of
the text is looked up in what dbt compiled: models have no Jinja control flow, so the SQL is the text
with every expression replaced. A macro under mutation is rendered by Jinja alone.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable

import jinja2

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.compile(r"\{\{.*?\}\}|\{#.*?#\}", re.DOTALL)
UNIT_TEST_ENDS = r"\s*\) _dbt_internal_unit_test_actual"


class NotUsable(Exception):
    """Input that cannot be worked with; the message is one line."""


@dataclass
class Sql:
    """Runnable SQL around the text of a model: `prefix`, the text with `blocks` filled in, `suffix`."""

    name: str
    prefix: str
    suffix: str
    blocks: dict[str, str]

    def rendered(self, text: str, macros: dict[str, str] | None = None) -> str:
        """The SQL with the model's text in place. Raises KeyError on an expression dbt never saw."""
        filled = self.blocks | (macros or {})
        return self.prefix + BLOCKS.sub(lambda block: filled[block.group()], text) + self.suffix


@dataclass
class Model:
    """A model: its text as written, split before its first CTE, its SQL, and its unit tests."""

    name: str
    unique_id: str
    path: str
    relation: str
    head: str
    body: str
    sql: Sql
    unit_tests: list[Sql] = field(default_factory=list)


@dataclass
class DataTest:
    name: str
    sql: str
    parents: list[str]


@dataclass
class Project:
    """Everything that is needed to run mutants; keys of the dictionaries are dbt's unique ids."""

    database: Path
    models: dict[str, Model]
    compiled: dict[str, str]
    relations: dict[str, str]
    typed: dict[str, list[tuple[str, str]]]
    parents: dict[str, list[str]]
    tests: list[DataTest]


def split_body(text: str) -> tuple[str, str]:
    """The text up to and with its first `with`, and the rest."""
    opening = re.search(r"^with\s+", text, flags=re.MULTILINE)
    return (text[: opening.end()], text[opening.end() :]) if opening else ("", text)


def aligned(name: str, body: str, compiled: str, ending: str) -> Sql:
    """Find a model's text in compiled SQL. Raises NotUsable when it is not there word for word."""
    blocks = BLOCKS.findall(body)
    pieces = [re.escape(piece) for piece in BLOCKS.split(body.rstrip())]
    found = re.search("(.*?)".join(f"{piece}" for piece in pieces) + f"(?={ending})", compiled, re.DOTALL)
    if found is None:
        raise NotUsable(f"{name}: its text is not in what dbt compiled")
    filled: dict[str, str] = {}
    for block, rendering in zip(blocks, found.groups()):
        if filled.setdefault(block, rendering) != rendering:
            raise NotUsable(f"{name}: {block} is rendered in two ways")
    return Sql(name, compiled[: found.start()], compiled[found.end() :], filled)


def macro_blocks(macro: str, text: str, bodies: Iterable[str]) -> dict[str, str]:
    """{expression that calls the macro: its rendering}, by Jinja alone, over the bodies of models.

    Raises NotUsable for a macro that calls another one: only dbt can render that.
    """
    rendered = {}
    for body in bodies:
        for block in BLOCKS.findall(body):
            if re.match(rf"\{{\{{-?\s*{macro}\(", block):
                try:
                    rendered[block] = jinja2.Template(text + block).render().strip()
                except jinja2.TemplateError as error:
                    raise NotUsable(f"{macro}: Jinja alone cannot render it: {error}") from error
    return rendered


def dbt(command: list[str], target: Path, database: Path) -> list[dict]:
    """Run dbt on the checkout with everything it writes in `target`; return its results.

    Raises NotUsable with dbt's last line when something failed.
    """
    environment = {key: value for key, value in os.environ.items() if not key.startswith("DBT_")}
    environment |= {
        "TIEOUT_DUCKDB_PATH": str(database),
        "TIEOUT_TEMP_DIRECTORY": str(target / "spill"),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
    }
    executable = str(Path(sys.executable).with_name("dbt"))
    folders = ["--project-dir", ROOT, "--profiles-dir", ROOT, "--target-path", target, "--log-path", target]
    done = subprocess.run(
        [executable, "--quiet", *command, "--threads", "1", "--no-use-colors", *map(str, folders)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        raise NotUsable(f"dbt {command[0]} failed: {lines[0].strip() if lines else done.returncode}")
    return json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]


def read_project(folder: Path, database: Path | None, folders: list[str], names: list[str],
                 macros: list[str], parse_state: Path | None) -> Project:  # fmt: skip
    """Compile the checkout in `folder` (seconds) over a copy of a built database, or build one (minutes).

    `folders` are those whose models may be mutated, `names` narrows them, and every model that calls one
    of `macros` is read too. `parse_state` is a partial_parse.msgpack of an earlier run.
    """
    target, copy = folder / "target", folder / "warehouse.duckdb"
    target.mkdir()
    if parse_state is not None and parse_state.exists():
        shutil.copy2(parse_state, target / "partial_parse.msgpack")
    if database is None:
        dbt(["build", "--exclude-resource-type", "unit_test"], target, copy)
    else:
        shutil.copy2(database, copy)
    texts = {path.stem: path for each in folders for path in sorted((ROOT / each).glob("*.sql"))}
    calling = re.compile(rf"\{{\{{-?\s*({'|'.join(macros)})\(") if macros else None
    wanted = {
        name
        for name, path in texts.items()
        if not names or name in names or (calling and calling.search(path.read_text(encoding="utf-8")))
    }
    if not wanted:
        raise NotUsable("no model of that name in " + ", ".join(folders))
    # The models are said to dbt by name; what hangs on them is compiled too.
    results = dbt(["compile", "--select", *(f"{name}+" for name in sorted(wanted))], target, copy)
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    nodes = manifest["nodes"]
    compiled = {row["unique_id"]: row.get("compiled_code") or "" for row in results}
    models = {}
    for unique_id, node in nodes.items():
        if node["resource_type"] == "model" and node["name"] in wanted:
            text = (ROOT / node["original_file_path"]).read_text(encoding="utf-8")
            head, body = split_body(text)
            sql = aligned(node["name"], body, compiled[unique_id], r"\s*\Z")
            models[node["name"]] = Model(
                node["name"], unique_id, node["original_file_path"], node["relation_name"], head, body, sql
            )
    dbt(["test", "--select", *(f"test_type:unit,{name}" for name in sorted(wanted))], target, copy)
    for test in manifest["unit_tests"].values():
        if test["model"] in models:
            model = models[test["model"]]
            # dbt writes it below the file it stands in, and repeats the folder of that file.
            yaml_path = Path(test["original_file_path"])
            written = target / "run" / test["package_name"] / yaml_path / yaml_path.parent
            path = written / f"{test['name']}.sql"
            run_sql = path.read_text(encoding="utf-8")
            model.unit_tests.append(aligned(test["name"], model.body.lstrip(), run_sql, UNIT_TEST_ENDS))
    kept = [key for key in compiled if nodes.get(key, {}).get("resource_type") == "model"]
    tests = [
        DataTest(nodes[key]["name"], code, nodes[key]["depends_on"]["nodes"])
        for key, code in compiled.items()
        if key.startswith("test.") and nodes[key]["config"]["severity"].upper() == "ERROR"
    ]
    return Project(
        database=copy,
        models=models,
        compiled={key: compiled[key] for key in kept},
        relations={key: nodes[key]["relation_name"] for key in kept},
        typed={
            key: [(name, column["data_type"]) for name, column in nodes[key]["columns"].items()]
            for key in kept
            if nodes[key]["contract"]["enforced"]
        },
        parents={key: nodes[key]["depends_on"]["nodes"] for key in kept},
        tests=tests,
    )
