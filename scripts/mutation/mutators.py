"""Mutants of one SQL text: one small mistake each, as a hurried engineer could make it."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from typing import Callable, Iterator

from mutation.sql_tree import Item, Level, Segment, levels_of, segments_of, split_at, steps_of, tree_of

CONDITIONS = {"where", "on", "having", "when"}
MOVED = {"<=": "<", "<": "<=", ">=": ">", ">": ">="}
# A length or a scale is part of a type, not a number that decides anything.
TYPES = {"numeric", "decimal", "varchar"}


@dataclass(frozen=True)
class Mutant:
    """One change of one text: `sql[start:end]` becomes `replacement`.

    `model` is the name of the model or macro, `step` the CTE, `before` and `after` what a reader is
    shown (one line, single spaces), `occurrence` counts equal changes within a step from 1.
    """

    mutator: str
    start: int
    end: int
    replacement: str
    before: str
    after: str
    model: str = ""
    step: str = ""
    line: int = 0
    occurrence: int = 1

    @property
    def key(self) -> tuple[str, str, str, str, str, int]:
        return self.model, self.step, self.mutator, self.before, self.after, self.occurrence

    def applied(self, sql: str) -> str:
        return sql[: self.start] + self.replacement + sql[self.end :]


def squeezed(sql: str) -> str:
    """A piece of SQL on one line, without comments."""
    return " ".join(re.sub(r"--[^\n]*", " ", sql).split())


class Text:
    """The text under mutation; makes mutants from items."""

    def __init__(self, sql: str) -> None:
        self.sql = sql

    def shown(self, start: int, end: int) -> str:
        return squeezed(self.sql[start:end])

    def change(self, mutator: str, start: int, end: int, replacement: str,
               shown: tuple[int, int] | None = None) -> Mutant:  # fmt: skip
        """A mutant; `shown` are the bounds of what a reader sees, if they are not what is replaced."""
        first, last = shown or (start, end)
        before = self.shown(first, last)
        after = squeezed(replacement) if shown is None else ""
        return Mutant(mutator, start, end, replacement, before, after)

    def without(self, mutator: str, parts: list[list[Item]], at: int) -> Mutant:
        """Leave out one of several parts, together with the word or comma that ties it to the next."""
        own = parts[at]
        if at + 1 < len(parts):
            start, end = own[0].start, parts[at + 1][0].start
        else:
            start, end = parts[at - 1][-1].end, own[-1].end
        return self.change(mutator, start, end, "", shown=(own[0].start, own[-1].end))


# --- conditions --------------------------------------------------------------------------------------


def kind_of(condition: list[Item], clause: str) -> str:
    """The mutator that leaves out this condition, by what the condition does."""
    texts = [item.text for item in condition]
    texts = texts[1:] if texts[0] == "not" else texts
    if clause == "where" and texts[-2:] == ["is", "null"]:
        return "drop anti-join"
    if clause == "having":
        return "drop having"
    if any(text in MOVED or text == "between" for text in texts):
        return "drop bound"
    if clause == "on":
        return "drop join key"
    if len(texts) == 1 and condition[-1].kind == "word":
        return "drop filter"
    return "drop predicate"


def dropped_conditions(text: Text, segment: Segment) -> Iterator[Mutant]:
    """Each condition of a chain of `and` and `or` left out, and the only one of a where, on or having."""
    if segment.clause == "rows":
        return
    choices = split_at(segment.items, "or")
    if len(choices) > 1 and all(choices):
        for at, choice in enumerate(choices):
            if len(split_at(choice, "and")) == 1:
                yield text.without(kind_of(choice, segment.clause), choices, at)
            else:
                yield text.without("drop predicate", choices, at)
    for choice in choices:
        conditions = split_at(choice, "and")
        if len(conditions) > 1 and all(conditions):
            for at, condition in enumerate(conditions):
                yield text.without(kind_of(condition, segment.clause), conditions, at)
    whole = segment.opener
    if len(choices) == 1 and len(split_at(choices[0], "and")) == 1 and whole is not None:
        mutator = kind_of(segment.items, segment.clause)
        start, end = segment.items[0].start, segment.items[-1].end
        if whole.text in {"where", "having"}:
            yield text.change(mutator, whole.start, end, "", shown=(start, end))
        elif whole.text == "on":
            yield text.change(mutator, start, end, "1 = 1")


def moved_bounds(text: Text, segment: Segment) -> Iterator[Mutant]:
    """`<=` for `<` and the other way round, and each end of a `between` made exclusive."""
    if segment.clause == "rows":
        return
    for choice in split_at(segment.items, "or"):
        for condition in split_at(choice, "and"):
            for item in condition:
                if item.kind == "operator" and item.text in MOVED:
                    sides = (condition[0].start, condition[-1].end)
                    after = text.sql[sides[0] : item.start] + MOVED[item.text]
                    after += text.sql[item.end : sides[1]]
                    yield text.change("move bound", *sides, after)
            words = [item.text for item in condition]
            if "between" in words and "and" in words:
                at, middle = words.index("between"), words.index("and")
                value, low, high = (
                    text.sql[part[0].start : part[-1].end]
                    for part in (condition[:at], condition[at + 1 : middle], condition[middle + 1 :])
                )
                for lower, upper in ((">", "<="), (">=", "<")):
                    after = f"{value} {lower} {low} and {value} {upper} {high}"
                    yield text.change("move bound", condition[0].start, condition[-1].end, after)


def dropped_branches(text: Text, level: Level) -> Iterator[Mutant]:
    """Each `when` of a case left out; of a case with one `when`, only what its `else` says is left."""
    if level.group is None or level.group.text != "case":
        return
    whens = [at for at, item in enumerate(level.items) if item.text == "when"]
    ends = [at for at, item in enumerate(level.items) if item.text == "else"]
    last = ends[0] if ends else len(level.items)
    for at, following in zip(whens, [*whens[1:], last]):
        start, end = level.items[at].start, level.items[following - 1].end
        if len(whens) > 1:
            yield text.change("drop case branch", start, end, "", shown=(start, end))
        elif ends:
            other = text.sql[level.items[last + 1].start : level.items[-1].end]
            yield text.change("drop case branch", level.group.start, level.group.end, f"({other})")


# --- windows -----------------------------------------------------------------------------------------


def listed(items: list[Item]) -> list[list[Item]]:
    """Items split at commas."""
    parts: list[list[Item]] = [[]]
    for item in items:
        if item.text == ",":
            parts.append([])
        else:
            parts[-1].append(item)
    return parts


def window_parts(text: Text, level: Level) -> Iterator[Mutant]:
    """Order terms turned round and left out, partition keys left out."""
    if level.opener is None or level.opener.text != "over":
        return
    words = [item.text for item in level.items]
    ends = [words.index(word) for word in ("rows", "range") if word in words]
    stop = min(ends, default=len(words))
    order = words.index("order") if "order" in words else stop
    if order < stop:
        terms = listed(level.items[order + 2 : stop])
        for at, term in enumerate(terms):
            if len(terms) > 1:
                yield text.without("drop order term", terms, at)
            start, end = term[0].start, term[-1].end
            said = text.sql[start:end]
            if term[-1].text in {"asc", "desc"}:
                said = text.sql[start : term[-1].start].rstrip()
            turned = "asc" if term[-1].text == "desc" else "desc"
            yield text.change("reverse order term", start, end, f"{said} {turned}")
    if "partition" in words:
        first = words.index("partition")
        keys = listed(level.items[first + 2 : order])
        for at, key in enumerate(keys):
            if len(keys) > 1:
                yield text.without("drop partition key", keys, at)
            else:
                shown = (key[0].start, key[-1].end)
                yield text.change(
                    "drop partition key", level.items[first].start, key[-1].end, "", shown=shown
                )


# --- words, signs and numbers ------------------------------------------------------------------------


def swapped_joins(text: Text, level: Level) -> Iterator[Mutant]:
    """`inner join` for `left join` and the other way round; of a full join only the left side stays."""
    instead = {"inner": "left join", "left": "inner join", "full": "left join"}
    for at, item in enumerate(level.items):
        if item.kind == "word" and item.text in instead:
            following = [other.text for other in level.items[at + 1 : at + 3]]
            if "join" in following:
                end = level.items[at + 1 + following.index("join")].end
                table = level.items[at + 2 + following.index("join")]
                mutant = text.change("swap join", item.start, end, instead[item.text])
                before, after = mutant.before, mutant.after
                name = text.shown(table.start, table.end) if table.kind != "group" else "(...)"
                yield replace(mutant, before=f"{before} {name}", after=f"{after} {name}")


def changed_functions(text: Text, level: Level) -> Iterator[Mutant]:
    """distinct left out; min for max; abs and coalesce left out."""
    for item, following in zip(level.items, level.items[1:]):
        if item.text == "distinct" and item.kind == "word":
            yield text.change("drop distinct", item.start, following.start, "", (item.start, following.end))
        if item.kind != "word" or following.kind != "group":
            continue
        inside = text.sql[following.start + 1 : following.end - 1]
        if item.text in {"min", "max"}:
            other = "max" if item.text == "min" else "min"
            yield text.change("swap min and max", item.start, following.end, f"{other}({inside})")
        elif item.text == "abs":
            yield text.change("drop abs", item.start, following.end, f"({inside})")
        elif item.text == "coalesce":
            first = listed(following.inside)[0]
            kept = text.sql[first[0].start : first[-1].end]
            yield text.change("drop coalesce", item.start, following.end, f"({kept})")


def swapped_signs(text: Text, level: Level) -> Iterator[Mutant]:
    """`+` for `-` between two values, and a sign before one left out."""
    for at, item in enumerate(level.items):
        if item.kind != "operator" or item.text not in "+-" or at + 1 == len(level.items):
            continue
        after = level.items[at + 1]
        before = level.items[at - 1] if at else None
        if before is not None and before.is_operand:
            other = "-" if item.text == "+" else "+"
            said = (before.start, after.end)
            changed = text.sql[before.start : item.start] + other + text.sql[item.end : after.end]
            yield text.change("swap sign", *said, changed)
        elif item.text == "-":
            yield text.change("swap sign", item.start, after.end, text.sql[after.start : after.end])


def changed_numbers(text: Text, level: Level) -> Iterator[Mutant]:
    """A tenth of a number from ten up, one more than a smaller one."""
    if level.opener is not None and level.opener.text in TYPES:
        return
    for segment in segments_of(level):
        conditions = [part for choice in split_at(segment.items, "or") for part in split_at(choice, "and")]
        for condition in conditions:
            for item in condition:
                if item.kind == "number" and item.text.isdigit():
                    number = int(item.text)
                    other = str(number // 10 if number >= 10 else number + 1)
                    tied = segment.opener is not None and segment.opener.text in {"then", "else", "when"}
                    first = segment.opener if tied and len(conditions) == 1 else condition[0]
                    start, end = first.start, condition[-1].end
                    yield replace(
                        text.change("change number", item.start, item.end, other),
                        before=text.shown(start, end),
                        after=squeezed(text.sql[start : item.start] + other + text.sql[item.end : end]),
                    )


LEVEL_MUTATORS: list[Callable[[Text, Level], Iterator[Mutant]]] = [
    dropped_branches,
    window_parts,
    swapped_joins,
    changed_functions,
    swapped_signs,
    changed_numbers,
]
SEGMENT_MUTATORS: list[Callable[[Text, Segment], Iterator[Mutant]]] = [dropped_conditions, moved_bounds]
MUTATORS = (
    "drop anti-join", "drop join key", "drop bound", "move bound", "drop order term",
    "reverse order term", "drop partition key", "drop predicate", "drop filter", "drop case branch",
    "drop having", "drop distinct", "swap join", "swap min and max", "swap sign", "drop abs",
    "drop coalesce", "change number",
)  # fmt: skip


def mutants_of(sql: str, model: str = "") -> list[Mutant]:
    """Every mutant of a text in the order of its lines. Raises ValueError when it cannot be read."""
    text, tree = Text(sql), tree_of(sql)
    found: list[Mutant] = []
    for level in levels_of(tree):
        for by_level in LEVEL_MUTATORS:
            found += by_level(text, level)
        for segment in segments_of(level):
            for by_segment in SEGMENT_MUTATORS:
                found += by_segment(text, segment)
    steps = steps_of(tree)
    counts: Counter[tuple[str, ...]] = Counter()
    mutants = []
    for mutant in sorted(found, key=lambda mutant: (mutant.start, mutant.end, mutant.mutator)):
        step = next((name for start, end, name in steps if start <= mutant.start < end), "")
        same = (step, mutant.mutator, mutant.before, mutant.after)
        counts[same] += 1
        shown_at = len(sql) - len(sql[mutant.start :].lstrip())
        line = sql.count("\n", 0, shown_at) + 1
        mutants.append(
            replace(mutant, model=model, step=step, line=line, occurrence=counts[same])
        )
    return mutants
