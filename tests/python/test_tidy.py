"""The style guide (STYLE.md), executable: each test is one rule and says what to do about a finding."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any, Iterator

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
LAYER_PREFIXES = {"staging": ("stg_",), "intermediate": ("int_",), "marts": ("fct_", "dim_", "rpt_")}
LAZY_NAMES = {"final", "base", "temp", "tmp", "data", "result", "results"}
YAML_KINDS = {
    "models": "models",
    "sources": "sources",
    "unit_tests": "unit_tests",
    "seeds": "seeds",
    "exposures": "exposures",
    "macros": "macros",
}
# What one engine alone understands, what depends on row order or on the clock, and floats.
BANNED_SQL = {
    r"\bqualify\b": "number the rows in a CTE and filter outside",
    r"\b(group|order)\s+by\s+all\b": "name the columns",
    r"::": "write cast(x as type)",
    r"\bilike\b": "compare lower(x)",
    r"\bany_value\s*\(": "use min() or max(), or a row_number() with a total order",
    r"\bavg\s*\(": "avg returns a float: sum, count and the integer-division macro",
    r"\b(float\d*|double|real)\b": "money is an integer or numeric(28, 4); rates are exact decimals",
    r"\bfilter\s*\(\s*where\b": "use a case inside the aggregate",
    r"\bwith\s+recursive\b": "use a period map or dbt.generate_series",
    r"\b(current_date|current_timestamp|now\s*\(|random\s*\()": "results must replay: use the as-of date",
    r"9999-12-31": "an open interval ends in null",
}
CONTROL_HEADER = ("-- Invariant: ", "-- Grain: ", "-- A row: ", "-- Then: ")
MONEY_TYPE = "numeric(28,4)"
# In pieces, so that this file does not break its own rule.
UNFINISHED = ["to" + "do", "fix" + "me", "x" + "xx", "st" + "ub", "place" + "holder", "ha" + "ck", "tb" + "d"]
HOSTS = ["py" + "pi.org", "python" + "hosted.org", "npm" + "js.", "crates" + ".io", "hub.get" + "dbt.com"]
MACHINE_FOLDERS = "|".join(["wo" + "rk", "fa" + "rm", "ro" + "ot", "tm" + "p", "ho" + "me", "Us" + "ers"])


# --- what there is ---------------------------------------------------------------------------------


@lru_cache(maxsize=None)
def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def tracked_files() -> list[Path]:
    """Files that git tracks or would track; without git, every file outside of build folders."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=False,
    )
    if listing.returncode == 0 and (ROOT / ".git").exists():
        names = [name for name in listing.stdout.decode().split("\0") if name]
        return sorted(path for path in (ROOT / name for name in names) if path.is_file())
    built = {".git", ".venv", "target", "logs", "dbt_packages", "__pycache__", ".pytest_cache", ".hypothesis"}
    return sorted(
        path
        for path in ROOT.rglob("*")
        if path.is_file() and not built & set(path.relative_to(ROOT).parts) and ".duckdb" not in path.name
    )


FILES = tracked_files()


def files_under(folder: str, suffix: str) -> list[Path]:
    return [path for path in FILES if path.suffix == suffix and shown(path).startswith(folder + "/")]


MODELS = files_under("models", ".sql")
MARTS = [path for path in MODELS if "marts" in path.parts]
MACROS = files_under("macros", ".sql")
GENERIC_TESTS = files_under("tests/generic", ".sql")
SINGULAR_TESTS = [path for path in files_under("tests", ".sql") if path not in GENERIC_TESTS]
SEEDS = files_under("seeds", ".csv")
# Published examples are data of the conformance suite; .dbtignore keeps dbt away from them.
PROPERTY_FILES = [
    path
    for folder in ("models", "seeds", "macros", "tests", "analyses", "snapshots")
    for suffix in (".yml", ".yaml")
    for path in files_under(folder, suffix)
    if "conformance" not in path.parts
]
DOC_FILES = files_under("models", ".md")


def each(paths: list[Path]) -> Any:
    return pytest.mark.parametrize("path", paths, ids=[shown(path) for path in paths])


@lru_cache(maxsize=None)
def yaml_of(path: Path) -> dict[str, Any]:
    # A file that cannot be read is one finding of its own, not one for every rule.
    try:
        return yaml.safe_load(text_of(path)) or {}
    except yaml.YAMLError:
        return {}


@lru_cache(maxsize=None)
def properties(kind: str) -> dict[str, dict[str, Any]]:
    """Every entry of one kind (models, seeds, macros) over all property files, by name."""
    return {
        entry["name"]: entry
        for path in PROPERTY_FILES
        for entry in yaml_of(path).get(kind) or []
        if "name" in entry
    }


def configured(kind: str, path: Path, key: str, name: str) -> Any:
    """A config as dbt sees it: the entry's own, else the nearest folder of dbt_project.yml."""
    entry = properties(kind).get(name, {})
    own = entry.get("config") or {}
    if key in own:
        return own[key]
    level = (yaml_of(ROOT / "dbt_project.yml").get(kind) or {}).get("tieout") or {}
    found = None
    for part in ("", *path.relative_to(ROOT / kind).parts[:-1], path.stem):
        level = level.get(part, {}) if part else level
        if not isinstance(level, dict):
            break
        found = level.get("+" + key, level.get(key, found))
    return found


def sql_only(text: str) -> str:
    """SQL without comments and without what stands in quotes."""
    text = re.sub(r"\{#.*?#\}", " ", text, flags=re.DOTALL)
    text = re.sub(r"--[^\n]*", " ", text)
    return re.sub(r"'[^'\n]*'", "''", text)


def cte_names(text: str) -> list[str]:
    opening = r"^(?:with\s+)?([a-z_][a-z0-9_]*)\s+as\s+(?:(?:not\s+)?materialized\s+)?\("
    return re.findall(opening, sql_only(text), flags=re.MULTILINE)


def grain_of(path: Path) -> list[str]:
    line = re.fullmatch(r"-- grain: one row per ([a-z0-9_]+(?:, [a-z0-9_]+)*)", text_of(path).split("\n")[0])
    return line.group(1).split(", ") if line else []


def data_tests_on(entry: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for test in entry.get("data_tests") or entry.get("tests") or []:
        if isinstance(test, str):
            yield test, {}
        else:
            name = test.get("test_name") or next(iter(test))
            yield name, test.get(name) or {}


def unique_keys(entry: dict[str, Any]) -> list[set[str]]:
    keys = []
    for name, body in data_tests_on(entry):
        if name == "unique_by":
            keys.append(set((body.get("arguments") or body).get("columns") or []))
    for column in entry.get("columns") or []:
        if any(name == "unique" for name, _ in data_tests_on(column)):
            keys.append({column["name"]})
    return keys


def says_more_than(name: str, description: str) -> bool:
    words = set(re.findall(r"[a-z0-9]+", description.lower()))
    return len(words - set(name.lower().split("_")) - {"the", "of", "a", "an", "this"}) >= 2


# --- models ----------------------------------------------------------------------------------------


def test_the_layout_is_the_architecture():
    needed = ["models", "macros", "seeds", "tests", "scripts", "docs", "README.md", "STYLE.md"]
    missing = [name for name in needed if not (ROOT / name).exists()]
    assert not missing, f"missing: {missing}"
    assert MODELS and MARTS and MACROS and SEEDS and SINGULAR_TESTS, "a layer is empty"


@each(MODELS)
def test_a_model_is_one_screen(path):
    lines = text_of(path).count("\n")
    assert lines <= 120, f"{lines} lines, 120 are allowed: one job per model, so split it"


@each(MODELS)
def test_a_model_is_named_for_its_layer(path):
    layer = path.relative_to(ROOT / "models").parts[0]
    prefixes = LAYER_PREFIXES.get(layer, ())
    assert path.stem.startswith(prefixes), f"models in {layer}/ start with one of {prefixes}"
    if layer == "staging":
        prefix = f"stg_{path.parent.name}__"
        assert path.stem.startswith(prefix), f"name it {prefix}<object>s"
    depth = len(path.relative_to(ROOT / "models" / layer).parts) - 1
    assert depth <= 2, "at most two folders below a layer"


@each(MODELS)
def test_a_model_starts_with_its_grain(path):
    first = text_of(path).split("\n")[0]
    assert grain_of(path), (
        f"line 1 is {first!r}; write `-- grain: one row per <column>, <column>` with column names only"
    )


@each(MODELS)
def test_the_grain_is_tested(path):
    entry = properties("models").get(path.stem)
    assert entry is not None, f"describe {path.stem} in _{path.parent.name}__models.yml"
    grain, keys = set(grain_of(path)), unique_keys(entry)
    assert grain in keys, (
        f"line 1 says one row per {sorted(grain)}, the tests say {[sorted(key) for key in keys]}: "
        "put `unique` on the single column, or `unique_by: {arguments: {columns: [...]}}` on the model"
    )


@each(MODELS)
def test_a_model_ends_with_its_last_step(path):
    names = cte_names(text_of(path))
    assert names, "write the model as CTEs: `with <name> as (` at the start of a line"
    last = text_of(path).rstrip().split("\n")[-1]
    assert last == f"select * from {names[-1]}", f"the last line must be `select * from {names[-1]}`"
    lazy = sorted(set(names) & LAZY_NAMES)
    assert not lazy, f"name {lazy} for what they hold"


@each(MODELS + SINGULAR_TESTS)
def test_no_one_letter_alias(path):
    sql = sql_only(text_of(path)).lower()
    aliases = re.findall(r"\bas\s+([a-z])\b", sql) + re.findall(r"\b(?:from|join)\s+\w+\s+([a-z])\b", sql)
    assert not aliases, f"spell out {sorted(set(aliases))}: an alias is a word"


@each(MODELS)
def test_no_jinja_control_flow(path):
    blocks = re.findall(r"\{%-?\s*(\w+)", text_of(path))
    assert not blocks, f"{{% {blocks[0]} %}}: use ref, raw, var or a macro that returns an expression"


@each(MODELS)
def test_only_sql_that_every_engine_reads_alike(path):
    sql = sql_only(text_of(path)).lower()
    found = [f"{pattern}: {advice}" for pattern, advice in BANNED_SQL.items() if re.search(pattern, sql)]
    assert not found, "\n".join(found)


@each(MODELS)
def test_a_model_is_described(path):
    entry = properties("models").get(path.stem) or {}
    assert says_more_than(path.stem, entry.get("description") or ""), (
        f"describe {path.stem} in _{path.parent.name}__models.yml: what a row is and what it is for"
    )


# --- marts -----------------------------------------------------------------------------------------


def columns_of(path: Path) -> list[dict[str, Any]]:
    return (properties("models").get(path.stem) or {}).get("columns") or []


def type_of(column: dict[str, Any]) -> str:
    return str(column.get("data_type") or "").lower().replace(" ", "")


@each(MARTS)
def test_a_mart_has_an_enforced_contract(path):
    contract = configured("models", path, "contract", path.stem) or {}
    assert contract.get("enforced") is True, "config: contract: {enforced: true}"
    assert configured("models", path, "materialized", path.stem) == "table", "a mart is a table"


@each(MARTS)
def test_every_mart_column_is_typed_and_described(path):
    columns = columns_of(path)
    assert columns, f"list the columns of {path.stem}"
    untyped = [column["name"] for column in columns if not type_of(column)]
    vague = [
        column["name"]
        for column in columns
        if not says_more_than(column["name"], column.get("description") or "")
    ]
    assert not untyped, f"data_type missing: {untyped}"
    assert not vague, f"the description must say more than the name: {vague}"


@each(MARTS)
def test_money_in_marts_is_exact_named_and_has_a_currency(path):
    money_name = re.compile(r"(^|_)(amount|balance)$")
    columns = {column["name"]: type_of(column) for column in columns_of(path)}
    wrong_type = [name for name, kind in columns.items() if money_name.search(name) and kind != MONEY_TYPE]
    wrong_name = [name for name, kind in columns.items() if kind == MONEY_TYPE and not money_name.search(name)]
    minor = [name for name in columns if name.endswith("_minor")]
    assert not wrong_type, f"money is numeric(28, 4): {wrong_type}"
    assert not wrong_name, f"money ends in _amount or _balance: {wrong_name}"
    assert not minor, f"marts speak in major units: {minor}"
    if MONEY_TYPE in columns.values():
        assert any(name.endswith("currency_code") for name in columns), "money needs a currency_code beside it"


@each(MARTS)
def test_mart_columns_are_named_for_their_type(path):
    wrong = []
    for column in columns_of(path):
        name, kind = column["name"], type_of(column)
        if kind == "boolean" and not name.startswith(("is_", "has_")):
            wrong.append(f"{name}: a boolean starts with is_ or has_")
        if kind.startswith("timestamp") and not name.endswith("_at"):
            wrong.append(f"{name}: a point in time ends in _at")
        if re.search(r"float|double|real", kind):
            wrong.append(f"{name}: no floats")
    assert not wrong, "\n".join(wrong)


# --- seeds, macros, generic tests ------------------------------------------------------------------


@each(SEEDS)
def test_a_seed_is_described_and_typed(path):
    entry = properties("seeds").get(path.stem) or {}
    assert says_more_than(path.stem, entry.get("description") or ""), (
        f"describe {path.stem} in _{path.parent.name}__seeds.yml"
    )
    types = configured("seeds", path, "column_types", path.stem) or {}
    with path.open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines))
    untyped = [name for name in header if name not in types]
    assert not untyped, f"column_types missing, so dbt would guess: {untyped}"
    floats = [name for name, kind in types.items() if re.search(r"float|double|real", str(kind).lower())]
    assert not floats, f"floats: {floats}"


def macro_definitions(path: Path) -> dict[str, list[str]]:
    """Public macros of a file with their argument names; engine variants (duckdb__x) are not public."""
    found = re.findall(r"\{%-?\s*macro\s+(\w+)\s*\((.*?)\)\s*-?%\}", text_of(path), flags=re.DOTALL)
    return {
        name: [part.split("=")[0].strip() for part in arguments.split(",") if part.strip()]
        for name, arguments in found
        if "__" not in name
    }


@each(MACROS)
def test_one_documented_macro_per_file(path):
    macros = macro_definitions(path)
    assert list(macros) == [path.stem], f"one macro per file, named like the file; found {list(macros)}"
    entry = properties("macros").get(path.stem) or {}
    assert says_more_than(path.stem, entry.get("description") or ""), f"describe {path.stem} in _macros.yml"
    documented = entry.get("arguments") or []
    names = [argument["name"] for argument in documented]
    assert names == macros[path.stem], f"arguments are {macros[path.stem]}, documented are {names}"
    untyped = [item["name"] for item in documented if not item.get("type") or not item.get("description")]
    assert not untyped, f"type and description missing: {untyped}"


@each(GENERIC_TESTS)
def test_a_generic_test_is_described(path):
    entry = properties("macros").get(f"test_{path.stem}") or {}
    assert says_more_than(path.stem, entry.get("description") or ""), (
        f"describe test_{path.stem} under `macros:` in tests/generic/_generic__macros.yml"
    )


def test_engine_differences_live_in_eight_dialect_files():
    dialect = [path for path in MACROS if path.parent == ROOT / "macros" / "dialect"]
    assert len(dialect) <= 8, f"{len(dialect)} dialect macros, eight are allowed: {[p.stem for p in dialect]}"
    outside = [
        shown(path)
        for path in MODELS + MACROS + GENERIC_TESTS + SINGULAR_TESTS
        if path not in dialect and re.search(r"\bdispatch\b|target\.type", text_of(path))
    ]
    assert not outside, f"what depends on the engine belongs in macros/dialect: {outside}"


# --- YAML ------------------------------------------------------------------------------------------


@each(PROPERTY_FILES)
def test_yaml_is_named_for_its_one_concern(path):
    yaml.safe_load(text_of(path))
    lines = text_of(path).count("\n")
    assert lines <= 300, f"{lines} lines, 300 are allowed: split by part, or split the folder"
    if path.parent == ROOT / "macros" and path.name == "_macros.yml":
        kind = "macros"
    else:
        form = rf"_{re.escape(path.parent.name)}__({'|'.join(YAML_KINDS)})(_[a-z0-9_]+)?\.yml"
        match = re.fullmatch(form, path.name)
        assert match, f"name it _{path.parent.name}__<{'|'.join(YAML_KINDS)}>[_part].yml"
        kind = match.group(1)
    keys = set(yaml_of(path)) - {"version"}
    assert keys <= {YAML_KINDS[kind]}, f"a {kind} file holds only `{YAML_KINDS[kind]}:`, not {sorted(keys)}"


@each(DOC_FILES)
def test_doc_blocks_are_named_for_their_folder(path):
    if path != ROOT / "models" / "overview.md":
        form = rf"_{re.escape(path.parent.name)}__docs(_[a-z0-9_]+)?\.md"
        assert re.fullmatch(form, path.name), f"name it _{path.parent.name}__docs.md"


def test_every_entry_is_unique_and_has_its_file():
    for kind, paths in (("models", MODELS), ("seeds", SEEDS)):
        names = [
            entry["name"] for path in PROPERTY_FILES for entry in yaml_of(path).get(kind) or [] if "name" in entry
        ]
        twice = [name for name, count in Counter(names).items() if count > 1]
        assert not twice, f"described twice: {twice}"
        orphans = sorted(set(names) - {path.stem for path in paths})
        assert not orphans, f"{kind} described without a file: {orphans}"


def test_unit_test_names_are_sentences():
    names = [entry["name"] for path in PROPERTY_FILES for entry in yaml_of(path).get("unit_tests") or []]
    wrong = [name for name in names if not re.fullmatch(r"[a-z0-9]+(_[a-z0-9]+){3,}", name)]
    assert not wrong, f"say what the model does in that case, in lower_snake words: {wrong}"
    vague = [
        entry["name"]
        for path in PROPERTY_FILES
        for entry in yaml_of(path).get("unit_tests") or []
        if not entry.get("description")
    ]
    assert not vague, f"describe the situation: {vague}"


# --- controls --------------------------------------------------------------------------------------


def control_names() -> set[str]:
    return {path.stem for path in SINGULAR_TESTS}


@each(SINGULAR_TESTS)
def test_a_control_says_what_it_holds(path):
    assert re.fullmatch(r"assert(_[a-z0-9]+){3,}", path.stem), "name it assert_<a sentence that is true>"
    lines = text_of(path).split("\n")[:4]
    for expected, line in zip(CONTROL_HEADER, lines):
        assert line.startswith(expected) and len(line) > len(expected), (
            f"the first four lines start with {', '.join(header.strip() for header in CONTROL_HEADER)}; found {line!r}"
        )


def test_controls_and_their_page_agree():
    page = ROOT / "docs" / "controls.md"
    assert page.exists(), "docs/controls.md lists every control"
    listed = set(re.findall(r"\bassert_[a-z0-9_]+", text_of(page)))
    assert not control_names() - listed, f"not in docs/controls.md: {sorted(control_names() - listed)}"
    assert not listed - control_names(), f"docs/controls.md names no such file: {sorted(listed - control_names())}"


def names_of_breaks(path: Path) -> set[str]:
    for node in ast.parse(text_of(path)).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == "BREAKS" for target in targets):
            if isinstance(node.value, ast.Dict):
                return {key.value for key in node.value.keys if isinstance(key, ast.Constant)}
    return set()


def test_every_control_has_been_seen_red():
    path = ROOT / "tests" / "python" / "test_controls_bite.py"
    assert path.exists(), (
        "tests/python/test_controls_bite.py is missing: it breaks the project on purpose, once per control, "
        "and expects red; its module-level dict BREAKS is keyed by control name"
    )
    broken = names_of_breaks(path)
    assert broken, "test_controls_bite.py needs a module-level dict literal BREAKS = {'assert_...': ...}"
    assert not control_names() - broken, f"add a break to BREAKS for: {sorted(control_names() - broken)}"
    assert not broken - control_names(), f"BREAKS names no such control: {sorted(broken - control_names())}"


# --- the whole tree --------------------------------------------------------------------------------


def is_text(path: Path) -> bool:
    with path.open("rb") as handle:
        return b"\0" not in handle.read(4096)


TEXT_FILES = [path for path in FILES if is_text(path)]
# The licence is quoted as it is; the lock is written by a tool.
WRITTEN_FILES = [path for path in TEXT_FILES if path.name not in {"LICENSE", "requirements.txt"}]


def test_no_file_is_large():
    large = [shown(path) for path in FILES if path.stat().st_size >= 1_000_000]
    assert not large, f"1 MB or more: {large}"


def test_no_leftover_of_a_tool():
    leftovers = [shown(path) for path in FILES if path.suffix in {".orig", ".rej", ".bak", ".swp"}]
    assert not leftovers, f"left behind by patch, merge or an editor, remove them: {leftovers}"


def test_no_tabs_and_unix_lines():
    tabs = [shown(path) for path in WRITTEN_FILES if path.name != "Makefile" and "\t" in text_of(path)]
    assert not tabs, f"indent with spaces: {tabs}"
    returns = [shown(path) for path in WRITTEN_FILES if b"\r" in path.read_bytes()]
    assert not returns, f"lines end in a newline alone: {returns}"
    unended = [shown(path) for path in WRITTEN_FILES if text_of(path) and not text_of(path).endswith("\n")]
    assert not unended, f"the last line has no newline: {unended}"


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("a mark of unfinished work", rf"\b({'|'.join(UNFINISHED)})\b|\bnot implemented\b|\bfor now\b"),
        ("a path of one machine", rf"(^|[^a-z0-9_.\-])/({MACHINE_FOLDERS})/\w"),
        ("the host of a package registry", "|".join(re.escape(host) for host in HOSTS)),
    ],
    ids=["unfinished", "machine_path", "registry_host"],
)
def test_no_trace_of(what, pattern):
    expression = re.compile(pattern, flags=re.IGNORECASE)
    found = [
        f"{shown(path)}:{number}: {line.strip()[:80]}"
        for path in WRITTEN_FILES
        if path.suffix != ".csv" or "demo" not in path.parts
        for number, line in enumerate(text_of(path).split("\n"), start=1)
        if expression.search(line)
    ]
    assert not found, f"{what}:\n" + "\n".join(found[:20])


def test_the_lock_names_no_index():
    lock = text_of(ROOT / "requirements.txt")
    assert not re.search(r"(?i)index-url|find-links|https?://|file:", lock), "run `make lock` without an index URL"
    pins = re.findall(r"(?m)^[a-zA-Z0-9_.\-]+==", lock)
    assert pins and len(re.findall(r"(?m)^[a-zA-Z]", lock)) == len(pins), "every line of the lock is name==version"


def test_the_readme_is_short():
    readme = ROOT / "README.md"
    assert readme.exists(), "README.md: what it proves and for whom, one command with its output, the controls"
    assert text_of(readme).count("\n") < 150, "the README stays under 150 lines; the rest belongs in docs/"
