"""Make one small mistake at a time in the matching SQL and see whether a test turns red.

Each mutant is a change of one place in a model or macro: an anti-join, a join key, a bound or a
tie-break left out, a join of the other kind, another number. First the unit tests of the model run over
it; if they hold, the model and all that changes downstream are built on the demo in memory and the data
tests that read them run. A mutant that no test notices survives and is listed: either a test is missing,
or the change cannot matter, and then it is a row with its reason in tests/fixtures/equivalent_mutants.csv.

The score is killed / (mutants - those that do not run); what is listed as equivalent is not counted.
Exit code: 0 the score is at least --minimum, 1 it is not or a mutant is wrongly listed as equivalent,
2 input that cannot be used.
"""

from __future__ import annotations

import argparse
import csv
import random
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple, Sequence

from mutation.judge import BY_DATA_TEST, BY_UNIT_TEST, DOES_NOT_RUN, SURVIVES, Judge, Verdict
from mutation.mutators import MUTATORS, Mutant, mutants_of
from mutation.project import ROOT, NotUsable, Project, macro_blocks, read_project, split_body

EQUIVALENT = ROOT / "tests" / "fixtures" / "equivalent_mutants.csv"
COLUMNS = ["model", "step", "mutator", "before", "after", "occurrence", "reason"]
LISTED_AS_EQUIVALENT = "equivalent"
WRONGLY_LISTED = "listed as equivalent, take it off"
HEADINGS = ["mutator", "mutants", BY_UNIT_TEST, BY_DATA_TEST, DOES_NOT_RUN, LISTED_AS_EQUIVALENT, SURVIVES]


class Judged(NamedTuple):
    """A mutant and what became of it; `path` is the file it changes, from the project's folder."""

    path: str
    mutant: Mutant
    verdict: Verdict


def build_parser() -> argparse.ArgumentParser:
    """Return the command line of the script."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", type=Path, help="DuckDB file of the built demo (default: build one)")
    parser.add_argument(
        "--folder",
        action="append",
        metavar="PATH",
        help="folder whose models are mutated, can be repeated (default models/intermediate/matching)",
    )
    parser.add_argument(
        "--macro",
        action="append",
        metavar="NAME",
        help="macro that is mutated too, can be repeated (default mutual_best; '' for none)",
    )
    parser.add_argument(
        "--model", action="append", metavar="NAME", help="only this model or macro, can be repeated"
    )
    parser.add_argument("--mutator", action="append", choices=MUTATORS, help="only this kind of change")
    parser.add_argument("--sample", type=int, metavar="N", help="judge N mutants taken at random")
    parser.add_argument("--seed", type=int, default=1, help="of the sample (default 1)")
    parser.add_argument("--minimum", type=float, default=0.95, help="score asked for (default 0.95)")
    parser.add_argument("--equivalent", type=Path, default=EQUIVALENT, help="list of equivalent mutants")
    parser.add_argument(
        "--parse-state",
        type=Path,
        default=ROOT / "target" / "partial_parse.msgpack",
        help="what an earlier dbt run remembers (default target/partial_parse.msgpack, if it is there)",
    )
    parser.add_argument("--format", choices=("text", "markdown"), default="text")
    parser.add_argument("--list", action="store_true", help="list the mutants and judge none")
    parser.add_argument("--verbose", action="store_true", help="also list which test killed each mutant")
    return parser


# --- which mutants -----------------------------------------------------------------------------------


def texts_in(folders: Sequence[str], macros: Sequence[str], names: Sequence[str]) -> dict[str, Path]:
    """{model or macro: its file}. Raises NotUsable for what does not exist."""
    found: dict[str, Path] = {}
    for folder in folders:
        if not (ROOT / folder).is_dir():
            raise NotUsable(f"{folder} is no folder of the project")
        found |= {path.stem: path for path in sorted((ROOT / folder).glob("*.sql"))}
    for macro in macros:
        paths = sorted((ROOT / "macros").rglob(f"{macro}.sql"))
        if not paths:
            raise NotUsable(f"{macro} is no macro of the project")
        found[macro] = paths[0]
    unknown = [name for name in names if name not in found]
    if unknown:
        raise NotUsable(f"{unknown[0]} is neither a model of {', '.join(folders)} nor a macro given")
    return {name: path for name, path in found.items() if not names or name in names}


def read_equivalent(path: Path) -> dict[tuple[str, str, str, str, str, int], str]:
    """{key of a mutant: why it cannot matter}. Raises NotUsable for another header or an empty reason."""
    try:
        with path.open(encoding="utf-8", newline="") as lines:
            reader = csv.DictReader(lines)
            if reader.fieldnames != COLUMNS:
                raise NotUsable(f"{path}: the columns are {','.join(COLUMNS)}")
            rows = list(reader)
    except OSError as error:
        raise NotUsable(f"{path}: {error.strerror}") from error
    listed = {}
    for number, row in enumerate(rows, start=2):
        if not (row["reason"] or "").strip() or not row["occurrence"].isdigit():
            raise NotUsable(f"{path}:{number}: a row needs an occurrence and a reason")
        listed[(*(row[name] for name in COLUMNS[:5]), int(row["occurrence"]))] = row["reason"]
    return listed


# --- judging -----------------------------------------------------------------------------------------


class Session:
    """The checkout as compiled, with a judge; applies mutants of models and of macros."""

    def __init__(self, project: Project, texts: dict[str, Path]) -> None:
        self.project, self.judge = project, Judge(project)
        self.texts = {name: path.read_text(encoding="utf-8") for name, path in texts.items()}
        bodies = [model.body for model in project.models.values()]
        for name, text in self.texts.items():
            if name not in project.models:
                for block, rendering in macro_blocks(name, text, bodies).items():
                    said = [model.sql.blocks.get(block, rendering) for model in project.models.values()]
                    if {each.strip() for each in said} != {rendering}:
                        raise NotUsable(f"{name}: dbt renders it otherwise than Jinja alone does")

    def verdict(self, mutant: Mutant) -> Verdict:
        """What becomes of one mutant."""
        changed = mutant.applied(self.texts[mutant.model])
        if mutant.model in self.project.models:
            return self.judge.verdict({mutant.model: split_body(changed)[1]}, {})
        calling = re.compile(rf"\{{\{{-?\s*{mutant.model}\(")
        bodies = {
            name: model.body for name, model in self.project.models.items() if calling.search(model.body)
        }
        return self.judge.verdict(bodies, macro_blocks(mutant.model, changed, bodies.values()))


def as_listed(verdict: Verdict, reason: str | None) -> Verdict:
    """The verdict on a mutant with a reason on the list of equivalent ones, or without (None)."""
    if reason is None:
        return verdict
    if verdict.outcome == SURVIVES:
        return Verdict(LISTED_AS_EQUIVALENT, reason)
    return Verdict(verdict.outcome, f"{WRONGLY_LISTED}: {verdict.detail}")


# --- the report --------------------------------------------------------------------------------------


def render(headings: Sequence[str], rows: list[list[str]], markdown: bool) -> str:
    """A table: aligned text, or markdown."""
    if markdown:
        ruler = ["---", *("---:" for _ in headings[1:])]
        return "\n".join("| " + " | ".join(row) + " |" for row in [list(headings), ruler, *rows])
    widths = [max(len(row[at]) for row in [list(headings), *rows]) for at in range(len(headings))]
    lines = []
    for row in [list(headings), ["-" * width for width in widths], *rows]:
        cells = [row[0].ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(row[1:], widths[1:])]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def score_of(judged: Sequence[Judged]) -> float:
    """Killed mutants by those that run and are not listed as equivalent; 1 when there are none."""
    counts = Counter(each.verdict.outcome for each in judged)
    killed = counts[BY_UNIT_TEST] + counts[BY_DATA_TEST]
    return killed / (killed + counts[SURVIVES]) if killed + counts[SURVIVES] else 1.0


def described(each: Judged) -> str:
    """A mutant on one line."""
    mutant = each.mutant
    step = f" ({mutant.step})" if mutant.step else ""
    said = f" -> {mutant.after}" if mutant.after else ""
    return f"{each.path}:{mutant.line}{step} {mutant.mutator}: {mutant.before}{said}"


def report(judged: Sequence[Judged], seconds: float, markdown: bool, verbose: bool) -> str:
    """The table by mutator, the score, and every survivor."""
    outcomes = HEADINGS[2:]
    rows = []
    for mutator in [*MUTATORS, "all"]:
        counts = Counter(
            each.verdict.outcome for each in judged if mutator in ("all", each.mutant.mutator)
        )
        if counts:
            rows.append([mutator, str(counts.total()), *(str(counts[outcome]) for outcome in outcomes)])
    survivors = [each for each in judged if each.verdict.outcome == SURVIVES]
    counted = [each for each in judged if each.verdict.outcome not in (DOES_NOT_RUN, LISTED_AS_EQUIVALENT)]
    parts = [
        render(HEADINGS, rows, markdown),
        f"score {score_of(judged):.1%}: {len(counted) - len(survivors)} of {len(counted)} mutants turn a "
        "test red; "
        f"{seconds:.0f} s, {seconds / max(len(counted), 1):.2f} s a mutant",
    ]
    if survivors:
        listed = [f"- {described(each)} [{each.verdict.detail}]" for each in survivors]
        parts.append("\n".join(["Survivors:", "", *listed] if markdown else ["survivors:", *listed]))
    wrong = [each for each in judged if each.verdict.detail.startswith(WRONGLY_LISTED)]
    if wrong:
        parts.append("\n".join(f"- {described(each)} [{each.verdict.detail}]" for each in wrong))
    if verbose:
        parts.append(
            "\n".join(
                f"{each.verdict.outcome}: {described(each)} [{each.verdict.detail}]"
                for each in judged
                if each.verdict.outcome != SURVIVES
            )
        )
    return "\n\n".join(parts)


def run(args: argparse.Namespace) -> int:
    """Judge the mutants asked for and print the report; the exit code."""
    folders = args.folder or ["models/intermediate/matching"]
    macros = [name for name in (["mutual_best"] if args.macro is None else args.macro) if name]
    names = args.model or []
    texts = texts_in(folders, macros, names)
    equivalent = read_equivalent(args.equivalent)
    try:
        everything = {
            name: mutants_of(path.read_text(encoding="utf-8"), name) for name, path in texts.items()
        }
    except ValueError as error:
        raise NotUsable(f"a text cannot be read: {error}") from error
    known = {mutant.key for mutants in everything.values() for mutant in mutants}
    rotten = [key for key in equivalent if key[0] in texts and key not in known]
    if rotten:
        key = " | ".join(map(str, rotten[0]))
        raise NotUsable(f"{args.equivalent.name} lists a mutant that is no more: {key}")
    mutants = [
        mutant
        for each in everything.values()
        for mutant in each
        if not args.mutator or mutant.mutator in args.mutator
    ]
    if args.sample is not None and args.sample < len(mutants):
        chosen = set(random.Random(args.seed).sample(range(len(mutants)), args.sample))
        mutants = [mutant for at, mutant in enumerate(mutants) if at in chosen]
    paths = {name: path.relative_to(ROOT).as_posix() for name, path in texts.items()}
    if args.list:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow([*COLUMNS[:6], "line"])
        writer.writerows([*mutant.key, mutant.line] for mutant in mutants)
        return 0
    if args.database is not None and not args.database.is_file():
        raise NotUsable(f"{args.database} is no file")
    with tempfile.TemporaryDirectory() as folder:
        mutated = [name for name in macros if name in texts]
        models = [name for name in names if name not in macros]
        project = read_project(
            Path(folder), args.database, folders, models if names else list(texts), mutated, args.parse_state
        )
        session = Session(project, texts)
        session.judge.check_the_unchanged()
        began = time.perf_counter()
        judged = []
        for mutant in mutants:
            verdict = session.verdict(mutant)
            verdict = as_listed(verdict, equivalent.get(mutant.key))
            judged.append(Judged(paths[mutant.model], mutant, verdict))
            if len(judged) % 100 == 0:
                print(f"{len(judged)} of {len(mutants)} mutants", file=sys.stderr)
        session.judge.close()
        print(report(judged, time.perf_counter() - began, args.format == "markdown", args.verbose))
    wrong = any(each.verdict.detail.startswith(WRONGLY_LISTED) for each in judged)
    return 0 if score_of(judged) >= args.minimum and not wrong else 1


def main(arguments: list[str] | None = None) -> int:
    """Run the script; returns its exit code."""
    args = build_parser().parse_args(arguments)
    try:
        return run(args)
    except NotUsable as error:
        print(f"mutate.py: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
