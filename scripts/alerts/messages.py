"""What is to be said: the difference between what is so now and what a target was told, as short texts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from .reader import CONTROL_RULE, SEVERITIES, Alert, Reading

MOST_IN_A_DIGEST = 40


class Message(NamedTuple):
    """One thing to say; `told` is what to remember of it, None when the alert is over."""

    alert_id: str
    kind: str
    severity: str
    title: str
    body: str
    told: dict[str, Any] | None


def due(reading: Reading, told: Mapping[str, Mapping[str, Any]], minimum: str, growth: float) -> list[Message]:
    """Messages for one target, gravest first.

    An alert is said once when it is open, again when its severity changed or its value is `growth` times what
    was said last, and once when it is over. What was never said is never said to be over.
    """
    known = {alert.alert_id: alert for alert in reading.alerts}
    messages = []
    for alert in reading.alerts:
        before = told.get(alert.alert_id)
        if alert.closed_on is None and SEVERITIES.index(alert.severity) >= SEVERITIES.index(minimum):
            if before is None:
                messages.append(_said(alert, "opened"))
            elif before["severity"] != alert.severity or _has_grown(before["value"], alert.value, growth):
                messages.append(_said(alert, "updated"))
        elif alert.closed_on is not None and before is not None:
            messages.append(_over(alert.alert_id, before, f"closed on {alert.closed_on}"))
    for alert_id, before in told.items():
        if alert_id in known:
            continue
        if before["rule"] != CONTROL_RULE:
            messages.append(_over(alert_id, before, "withdrawn: the facts behind it have changed"))
        elif alert_id in reading.held:
            messages.append(_over(alert_id, before, "closed: the control holds again"))
    order = {name: rank for rank, name in enumerate(reversed(SEVERITIES))}
    return sorted(messages, key=lambda message: (message.kind == "closed", order[message.severity]))


def _has_grown(before: float, now: float, growth: float) -> bool:
    return now > before and now >= before * growth


def _said(alert: Alert, kind: str) -> Message:
    where = " ".join(part for part in (alert.entity, alert.leg) if part)
    since = f" Open since {alert.opened_on}." if alert.opened_on else ""
    told = {
        "severity": alert.severity, "value": alert.value, "rule": alert.rule, "where": where,
        "subject": alert.subject,
    }  # fmt: skip
    still = "still " if kind == "updated" else ""
    return Message(
        alert.alert_id, kind, alert.severity,
        f"{alert.severity}: {still}{alert.rule} ({where})",
        f"{alert.explanation}.{since} {alert.what_to_do} [{alert.alert_id[:8]}]",
        told,
    )  # fmt: skip


def _over(alert_id: str, before: Mapping[str, Any], how: str) -> Message:
    return Message(
        alert_id, "closed", before["severity"],
        f"over: {before['rule']} ({before['where']})",
        f"{before['rule']} about {before['subject']} is {how}. [{alert_id[:8]}]",
        None,
    )  # fmt: skip


def digest(messages: list[Message]) -> tuple[str, str]:
    """Title and text of all messages in one, a line each; long lists end with how many more there are."""
    opened = sum(message.kind == "opened" for message in messages)
    updated = sum(message.kind == "updated" for message in messages)
    title = f"tieout: {opened} new, {updated} grown, {len(messages) - opened - updated} over"
    lines = [f"- {message.title}: {message.body}" for message in messages[:MOST_IN_A_DIGEST]]
    if len(messages) > MOST_IN_A_DIGEST:
        lines.append(f"- and {len(messages) - MOST_IN_A_DIGEST} more, see fct_alerts")
    return title, "\n".join(lines)
