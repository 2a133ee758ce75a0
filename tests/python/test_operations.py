"""docs/operations.md: every alert has its section, and what can be pasted into a scheduler is well-formed."""

from __future__ import annotations

import ast
import csv
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL)


def rules() -> list[dict[str, str]]:
    with (ROOT / "seeds" / "policy" / "alert_rules.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def blocks(language: str) -> list[str]:
    found = [text for kind, text in BLOCKS if kind == language]
    assert found, f"docs/operations.md has no {language} block"
    return found


def test_every_alert_has_its_section_and_says_what_to_do() -> None:
    sections = dict(re.findall(r"^### `(\w+)`\n(.*?)(?=^### |\Z)", PAGE, flags=re.MULTILINE | re.DOTALL))
    assert set(sections) == {rule["alert_rule"] for rule in rules()}
    assert not [name for name, text in sections.items() if "*Do:*" not in text]


def test_the_default_rules_stand_for_every_company_and_every_leg() -> None:
    general = [rule for rule in rules() if not any(rule[name] for name in ("entity_id", "leg", "currency_code"))]
    assert {rule["alert_rule"] for rule in general} == {rule["alert_rule"] for rule in rules()}


def test_the_workflow_is_yaml_with_steps() -> None:
    (text,) = blocks("yaml")
    workflow = yaml.safe_load(text)
    steps = workflow["jobs"]["reconcile"]["steps"]
    assert all("run" in step or "uses" in step for step in steps)
    # What was said must be kept after a run that failed: its alerts went out.
    assert [step.get("if") for step in steps if step.get("uses", "").startswith("actions/cache/save@")] == ["always()"]
    assert not [step for step in steps if step.get("uses", "").startswith("actions/cache@")]
    # YAML reads the bare word on as true.
    assert workflow[True]["schedule"][0]["cron"]
    assert workflow["jobs"]["reconcile"]["env"]["TIEOUT_ALERT_URLS"].startswith("${{ secrets.")


@pytest.mark.parametrize("text", blocks("python"))
def test_python_is_python_and_uses_what_it_imports(text) -> None:
    tree = ast.parse(text)
    imported = {
        (name.asname or name.name).split(".")[0]
        for node in ast.walk(tree) if isinstance(node, (ast.Import, ast.ImportFrom)) for name in node.names
    }  # fmt: skip
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    assert imported <= used, imported - used


def test_the_crontab_has_five_fields_and_a_command() -> None:
    (text,) = blocks("cron")
    lines = [line for line in text.splitlines() if line and not re.match(r"[A-Z_]+=", line)]
    field = r"(\*|\d+)(/\d+)?"
    assert lines and all(re.match(rf"({field}\s+){{5}}\S", line) for line in lines)


@pytest.mark.parametrize("text", blocks("bash"))
def test_shell_is_shell(text) -> None:
    assert subprocess.run(["bash", "-n"], input=text, text=True, check=False).returncode == 0


def test_the_daily_run_publishes_only_what_was_built_and_always_says_the_alerts(tmp_path) -> None:
    (text,) = blocks("bash")
    (tmp_path / "bin").mkdir()
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "warehouse.duckdb").write_text("built", encoding="utf-8")
    for name, body in (
        ("dbt", 'echo "dbt $*" >> calls\ncase "$1" in source) exit 1;; build) exit "$BUILT";; esac\n'),
        ("python", 'echo "python $*" >> calls\nexit "$SENT"\n'),
    ):
        path = tmp_path / "bin" / name
        path.write_text("#!/usr/bin/env bash\n" + body, encoding="utf-8")
        path.chmod(0o755)
    published = tmp_path / "published" / "warehouse.duckdb"

    def run(built: int, sent: int) -> int:
        environment = {"PATH": f"{tmp_path / 'bin'}:/usr/bin:/bin", "TIEOUT_HOME": str(tmp_path),
                       "BUILT": str(built), "SENT": str(sent)}  # fmt: skip
        return subprocess.run(["bash", "-c", text], env=environment, capture_output=True, check=False).returncode

    assert run(1, 0) == 1 and not published.exists()
    assert run(0, 0) == 0 and published.read_text(encoding="utf-8") == "built"
    assert run(0, 1) == 1
    calls = (tmp_path / "calls").read_text(encoding="utf-8").splitlines()
    assert calls == ["dbt source freshness", "dbt build", "python scripts/send_alerts.py --state alerts_state.json"] * 3
