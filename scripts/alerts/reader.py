"""Reads alerts from a built database and failed controls from dbt's record of its last run."""

from __future__ import annotations

import csv
import hashlib
import json
from pathlib import Path
from typing import NamedTuple

import duckdb

RULES = Path(__file__).resolve().parents[2] / "seeds" / "policy" / "alert_rules.csv"
SEVERITIES = ("info", "warning", "critical")
CONTROL_RULE = "control_off"

_ALERTS = """
    select
        alert_id, alert_rule, severity, entity_id, leg, subject, cast(opened_date as varchar),
        cast(closed_date as varchar), cast(measured_value as double), explanation, what_to_do
    from {schema}.fct_alerts
    order by opened_date, alert_id
"""
_CONTROL_POLICY = """
    select severity, what_to_do
    from {schema}.alert_rules
    where alert_rule = 'control_off' and is_enabled
    order by priority, rule_id
    limit 1
"""


class Alert(NamedTuple):
    """One alert; `closed_on` is None while it is open, `value` what its rule measured, days as YYYY-MM-DD."""

    alert_id: str
    rule: str
    severity: str
    entity: str
    leg: str | None
    subject: str
    opened_on: str
    closed_on: str | None
    value: float
    explanation: str
    what_to_do: str


class Reading(NamedTuple):
    """All that is known now; `held` are the ids of controls that the last run found to hold."""

    alerts: list[Alert]
    held: frozenset[str]


def control_id(name: str) -> str:
    """The id under which a control's alert is remembered, the same in every run."""
    return hashlib.sha256(f"{CONTROL_RULE} {name}".encode()).hexdigest()[:32]


def read_alerts(database: Path, schema: str = "main") -> tuple[list[Alert], tuple[str, str] | None]:
    """Alerts of a DuckDB file, and severity and advice for controls that are off (None: not to be said).

    Raises duckdb.Error for a file or a table that cannot be read; the file is opened read-only.
    """
    with duckdb.connect(str(database), read_only=True) as connection:
        quoted = '"' + schema.replace('"', '""') + '"'
        rows = connection.execute(_ALERTS.format(schema=quoted)).fetchall()
        policy = connection.execute(_CONTROL_POLICY.format(schema=quoted)).fetchone()
    return [Alert(*row) for row in rows], policy


def read_exported(path: Path) -> list[Alert]:
    """Alerts from what `dbt show --output json --limit -1` printed of fct_alerts, for any engine.

    Raises ValueError for a file that is something else.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["show"]
        return [
            Alert(
                row["alert_id"], row["alert_rule"], row["severity"], row["entity_id"], row["leg"], row["subject"],
                str(row["opened_date"])[:10], row["closed_date"] and str(row["closed_date"])[:10],
                float(row["measured_value"]), row["explanation"], row["what_to_do"],
            )
            for row in rows
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path} is not what dbt show --output json prints of fct_alerts") from error


def read_policy(path: Path) -> tuple[str, str] | None:
    """Severity and advice for controls that are off, from alert_rules.csv; None where they are not to be said."""
    with path.open(encoding="utf-8", newline="") as lines:
        rows = [
            row for row in csv.DictReader(lines)
            if row["alert_rule"] == CONTROL_RULE and row["is_enabled"] == "true"
        ]  # fmt: skip
    rows.sort(key=lambda row: (int(row["priority"]), row["rule_id"]))
    return (rows[0]["severity"], rows[0]["what_to_do"]) if rows else None


def read_controls(run_results: Path) -> dict[str, str]:
    """{control: status} of dbt's last run, controls being the tests named assert_; none without a record.

    Raises ValueError for a record that cannot be read.
    """
    if not run_results.exists():
        return {}
    try:
        results = json.loads(run_results.read_text(encoding="utf-8"))["results"]
        names = [(row["unique_id"].split("."), row["status"]) for row in results]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"{run_results} is no record of a dbt run") from error
    return {
        parts[2]: status
        for parts, status in names
        if parts[0] == "test" and len(parts) > 2 and parts[2].startswith("assert_")
    }


def read(database: Path, run_results: Path, schema: str = "main", exported: Path | None = None) -> Reading:
    """Everything open or over, controls that are off among it; from the exported file where there is one.

    A control has no history: it is open while the last run that judged it found it red.
    """
    if exported is None:
        alerts, policy = read_alerts(database, schema)
    else:
        alerts, policy = read_exported(exported), read_policy(RULES)
    controls = read_controls(run_results)
    held = {control_id(name) for name, status in controls.items() if status == "pass"}
    if policy is not None:
        severity, advice = policy
        alerts += [
            Alert(
                control_id(name), CONTROL_RULE, severity, "all", None, name, "", None, 1.0,
                f"The control {name} ended with {status}: what it holds is not true of this build", advice,
            )
            for name, status in sorted(controls.items())
            if status in ("fail", "error", "runtime error")
        ]  # fmt: skip
    return Reading(alerts, frozenset(held))
