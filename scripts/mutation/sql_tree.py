"""A SQL text with Jinja as a tree of brackets and cases; positions are offsets into the text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Iterator

TOKENS = re.compile(
    r"""
    (?P<comment>--[^\n]*|\{\#.*?\#\})
    | (?P<tag>\{%.*?%\})
    | (?P<jinja>\{\{.*?\}\})
    | (?P<string>'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d+)?)
    | (?P<phrase>\bis\s+(?:not\s+)?distinct\s+from\b)
    | (?P<word>"[^"]+"|[A-Za-z_]\w*(?:\.(?:\w+|\*))*)
    | (?P<operator><=|>=|<>|!=|\|\||[-+*/%<>=(),;.:\[\]~])
    """,
    re.VERBOSE | re.DOTALL,
)
CONNECTIVES = frozenset("and or not is in like between".split())
# Where an expression ends, besides at a comma and at the end of its bracket.
CLAUSES = frozenset(
    "select distinct from where on having when then else group order partition by inner left right "
    "full cross join union all except intersect as asc desc with limit rows range".split()
)


@dataclass
class Item:
    """A token, or a bracket or case with everything in it (`kind` group)."""

    kind: str
    text: str
    start: int
    end: int
    inside: list[Item] = field(default_factory=list)

    @property
    def is_clause(self) -> bool:
        """Whether an expression ends here; a Jinja tag or an expression that writes `where` does."""
        if self.kind == "jinja":
            return "'where'" in self.text
        return self.kind == "tag" or (self.kind in {"word", "operator"} and self.text in CLAUSES | {","})

    @property
    def is_operand(self) -> bool:
        """Whether a value can end here, so that a sign after it takes two sides."""
        value = self.kind in {"group", "number", "string", "jinja", "word"}
        return value and not self.is_clause and self.text not in CONNECTIVES


def tokens_of(sql: str) -> Iterator[Item]:
    """Tokens in order without comments; words in lower case. Raises ValueError on an unknown sign."""
    at = 0
    for match in TOKENS.finditer(sql):
        if sql[at : match.start()].strip():
            raise ValueError(f"cannot read {sql[at : match.start()].strip()[:20]!r}")
        at = match.end()
        kind = match.lastgroup or ""
        if kind != "comment":
            text = match.group().lower() if kind == "word" else match.group()
            yield Item(kind, text, match.start(), match.end())
    if sql[at:].strip():
        raise ValueError(f"cannot read {sql[at:].strip()[:20]!r}")


def tree_of(sql: str) -> list[Item]:
    """The tokens, with `( ... )` and `case ... end` as one item each. Raises ValueError if unbalanced."""
    levels: list[list[Item]] = [[]]
    for token in tokens_of(sql):
        if token.text in {"(", "case"} and token.kind in {"operator", "word"}:
            group = Item("group", token.text, token.start, token.end)
            levels[-1].append(group)
            levels.append(group.inside)
        elif token.text in {")", "end"} and token.kind in {"operator", "word"}:
            levels.pop()
            opening = "(" if token.text == ")" else "case"
            if not levels or levels[-1][-1].text != opening:
                raise ValueError(f"{token.text!r} closes nothing")
            levels[-1][-1].end = token.end
        else:
            levels[-1].append(token)
    if len(levels) != 1:
        raise ValueError(f"{levels[-2][-1].text!r} is never closed")
    return levels[0]


@dataclass(frozen=True)
class Level:
    """The items directly inside one bracket; `opener` is the item before it, `clause` where it stands."""

    items: list[Item]
    opener: Item | None
    group: Item | None
    clause: str


def clause_before(items: list[Item], at: int, outer: str) -> str:
    """The clause word that governs the item at a position of its level."""
    for item in reversed(items[:at]):
        if item.kind == "jinja" and item.is_clause:
            return "where"
        if item.kind == "tag" or item.text == ",":
            return ""
        if item.kind == "word" and item.is_clause:
            return item.text
    return outer


def levels_of(items: list[Item], opener: Item | None = None, group: Item | None = None,
              clause: str = "") -> Iterator[Level]:  # fmt: skip
    """Every level of a tree, outermost first."""
    yield Level(items, opener, group, clause)
    for at, item in enumerate(items):
        if item.kind == "group":
            before = items[at - 1] if at else None
            outer = clause_before(items, at, clause)
            # The arguments of a function are no longer a condition; plain brackets still are.
            called = before is not None and before.kind == "word" and before.is_operand
            inner = "" if called or item.text == "case" else outer
            yield from levels_of(item.inside, before, item, inner)


@dataclass(frozen=True)
class Segment:
    """Items between two clause words or commas of one level, with the clause they belong to."""

    items: list[Item]
    clause: str
    opener: Item | None


def segments_of(level: Level) -> Iterator[Segment]:
    """The expressions of one level."""
    begun: list[Item] = []
    opener: Item | None = None
    for at, item in enumerate(level.items):
        if item.is_clause:
            if begun:
                yield Segment(begun, clause_before(level.items, at, level.clause), opener)
            begun, opener = [], item
        else:
            begun.append(item)
    if begun:
        yield Segment(begun, clause_before(level.items, len(level.items), level.clause), opener)


def split_at(items: list[Item], word: str) -> list[list[Item]]:
    """Items split at a word; the `and` of `between x and y` splits nothing."""
    parts: list[list[Item]] = [[]]
    between = False
    for item in items:
        if item.kind == "word" and item.text == "between":
            between = True
        elif item.text == word and not (word == "and" and between):
            parts.append([])
            continue
        elif item.text == "and":
            between = False
        parts[-1].append(item)
    return parts


def steps_of(items: list[Item]) -> list[tuple[int, int, str]]:
    """(start, end, name) of every CTE at the top: where a reader finds a position again."""
    found = []
    for name, word, body in zip(items, items[1:], items[2:]):
        if name.kind == "word" and word.text == "as" and body.kind == "group" and body.text == "(":
            found.append((body.start, body.end, name.text))
    return found
