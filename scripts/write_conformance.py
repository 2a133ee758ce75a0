"""Write docs/conformance.md: examples published by others, beside what this project computes.

The examples are data, one YAML file per publisher in tests/conformance/cases. Each states what its source
prints and, only where this project differs, its own figures with the formula that gives them. The page
repeats what these files say; tests/conformance builds the companies behind them and proves it.
"""

from __future__ import annotations

import argparse
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, Iterator

import yaml

# Check values of our own stand on the page and are not counted as published by others.
OWN = "This project"
ROOT = Path(__file__).resolve().parents[1]
CASES = ROOT / "tests" / "conformance" / "cases"
PAGE = ROOT / "docs" / "conformance.md"
# (measure, period): an account role or one of the test's measures; a month, a day or 'total'.
Figures = dict[tuple[str, str], Decimal]


@dataclass(frozen=True)
class Part:
    """One company: its facts, the figures its source prints and those in which ours differ."""

    name: str
    facts: dict[str, Any]
    theirs: Figures
    ours: Figures

    @property
    def expected(self) -> Figures:
        return self.theirs | self.ours


@dataclass(frozen=True)
class Case:
    """One published example, in one or several companies."""

    id: str
    publisher: str
    text: dict[str, str]
    parts: list[Part]

    @property
    def verdict(self) -> str:
        for verdict in ("inconsistent source", "out of scope"):
            if verdict in self.text:
                return verdict
        return "documented difference" if any(part.ours for part in self.parts) else "same"

    @property
    def is_run(self) -> bool:
        return self.verdict in {"same", "documented difference"}


def figures_of(stated: dict[str, Any]) -> Figures:
    """{measure: amount, or {period: amount}} as one flat table; an amount alone is a total."""
    return {
        (measure, period): Decimal(amount)
        for measure, periods in stated.items()
        for period, amount in (periods.items() if isinstance(periods, dict) else [("total", periods)])
    }


def read_cases(folder: Path = CASES) -> list[Case]:
    """Every case of every file; what a part does not say it takes from its case."""
    cases = []
    for path in sorted(folder.glob("*.yaml")):
        # Every scalar stays text: 90.00 is neither a float nor a date.
        file = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
        for entry in file["cases"]:
            stated = entry.pop("parts", [entry] if "theirs" in entry else [])
            parts = [
                Part(
                    name=entry["id"] if len(stated) == 1 else f"{entry['id']}-{number}",
                    facts={**entry, **part},
                    theirs=figures_of(part["theirs"]),
                    ours=figures_of(part.get("ours", {})),
                )
                for number, part in enumerate(stated, start=1)
            ]
            text = {key: value for key, value in entry.items() if isinstance(value, str)}
            cases.append(Case(entry["id"], file["publisher"], text, parts))
    return cases


# --- the page --------------------------------------------------------------------------------------


def shown(figures: Figures) -> str:
    measures: dict[str, list[str]] = {}
    for (measure, period), amount in figures.items():
        measures.setdefault(measure, []).append(f"{period} {amount}")
    texts = [f"{measure} {', '.join(amounts)}" for measure, amounts in measures.items()]
    # A total needs its name only beside a month or a day.
    return "; ".join(text.replace(" total ", " ") if "," not in text else text for text in texts)


def of_parts(case: Case, figures: str) -> str:
    """The figures of each part, numbered when there are several."""
    texts = [shown(getattr(part, figures)) for part in case.parts]
    if len(texts) == 1:
        return texts[0]
    return "<br>".join(f"({number}) {text}" for number, text in enumerate(texts, start=1) if text)


def rests_on(case: Case) -> str:
    facts = [part.facts for part in case.parts]
    conventions = sorted({fact["convention"] for fact in facts if "convention" in fact})
    policies = sorted({
        f"{policy} {choice}" for fact in facts for policy, choice in fact.get("policies", {}).items()
    })
    return ", ".join(conventions + policies) or "-"


def row(case: Case) -> str:
    verdict = case.verdict
    if verdict == "documented difference":
        verdict += f": {case.text['because']}"
    if "note" in case.text:
        verdict += f" (note: {case.text['note']})"
    cells = [
        f"`{case.id}`", case.text["topic"], case.text["source"], rests_on(case),
        of_parts(case, "theirs"), of_parts(case, "ours") or "=", verdict,
    ]  # fmt: skip
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def section(cases: list[Case]) -> Iterator[str]:
    yield f"## {cases[0].publisher}\n"
    yield "| case | topic | source | rests on | theirs | ours | verdict |"
    yield "|---|---|---|---|---|---|---|"
    yield from (row(case) for case in cases)
    yield ""


def reasons(title: str, text: str, found: list[tuple[Case, str]]) -> Iterator[str]:
    yield f"## {title}\n\n{text}\n"
    yield "| case | source | reason |\n|---|---|---|"
    yield from (f"| `{case.id}` | {case.text['source']} | {reason} |" for case, reason in found)
    yield ""


def counts(cases: list[Case]) -> str:
    published = [case for case in cases if case.publisher != OWN]
    count = Counter(case.verdict for case in published)
    in_scope = count["same"] + count["documented difference"]
    return (
        f"{len(published)} published examples: {in_scope} in scope ({count['same']} same, {count['documented difference']} "
        f"documented differences), {count['out of scope']} out of scope, "
        f"{count['inconsistent source']} of an inconsistent source; "
        f"{sum(len(part.expected) for case in published if case.is_run for part in case.parts)} figures compared"
    )


OPENING = """\
# Conformance

Examples with numbers that others have published, computed by this project. The page is written by
`scripts/write_conformance.py` from `tests/conformance/cases`; `make test` lands every example as a
company of its own, builds them all at once and compares the figures below to the cent.

{counts}.

- *Theirs* is what the source prints; *ours* is `=` where every figure is the same, else the figures
  that differ. What the source does not print is not compared.
- Amounts stand in the own direction of their account: credits are positive on `revenue`,
  `deferred_revenue`, `tax_payable`, `customer_balance` and `recoverables`, debits on all others. They
  are movements of the month or day, `balance` is what stands at its end, and a figure without a
  period is the sum over all of them.
- `used` and `unused` are what a void on that day finds earned and not yet earned of a line: a share of
  a period. A line of 1,000,000,000 yen shows nine digits of it, as many as Kill Bill keeps.
- Periods are stated with their end exclusive, whatever the source does. Money at the processor is
  `processor_clearing`; publishers who follow it no further call it cash.
- *Documented difference*: the source follows another convention. The reason gives the formula of
  our figure.
"""


def page(cases: list[Case]) -> str:
    lines = [OPENING.format(counts=counts(cases))]
    publishers = sorted({case.publisher for case in cases} - {OWN}) + [OWN]
    for publisher in publishers:
        shown_cases = [case for case in cases if case.publisher == publisher and case.parts]
        if shown_cases:
            lines += section(shown_cases)
    lines += reasons(
        "Sources whose own numbers do not add up",
        "What is compared of them, if anything, is what remains true.",
        [
            (case, case.text[key])
            for case in cases
            for key in ("inconsistent source", "does not add up")
            if key in case.text
        ],
    )
    lines += reasons(
        "Out of scope",
        "What this project does not compute: prices and due dates of invoices, and what is left to people.",
        [(case, case.text["out of scope"]) for case in cases if "out of scope" in case.text],
    )
    return "\n".join(lines).rstrip() + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=PAGE, help="where to write (default: docs/conformance.md)")
    arguments = parser.parse_args()
    cases = read_cases()
    arguments.out.write_text(page(cases), encoding="utf-8")
    print(counts(cases))


if __name__ == "__main__":
    main()
