"""What the pack does not show: names, e-mail addresses and other personal data, wherever they turn up.

Personal are the columns whose meta says `contains_personal_data` (models and sources), and in a landed
table whose meta says so, every text column that is named like a name, an address or a telephone. Such
columns are left out of the samples; their values are withheld from every other text, because a bank line
or a journal may quote them. In a key a single word is not taken for a name: a company that is called "Main"
must not make ids unreadable. Nor is the name of a source anywhere: many books have Stripe as a supplier.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Callable, Iterable

from audit.tables import quoted
from audit.warehouse import Warehouse

TAG = "contains_personal_data"
WITHHELD = "[withheld]"
EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)+")
PERSONAL_COLUMN = re.compile(
    r"name|mail|phone|fax|street|address_(?!country)|contact_person|description", re.I
)
WORD = re.compile(r"\w+")
# Words that the models choose. A customer who is called "Revenue" does not change what an account is.
CODES = frozenset(
    "leg side status status_reason account_role event_type component cause cause_class match_rule "
    "confidence currency_code functional_currency_code step source_name source_table table population "
    "selection owner_team priority_name age_bucket residual_name section kind finding action reason_code "
    "entity_id row_state control model file mart sha256 check held".split()
)

KEYS = frozenset(("key", "part_of", "fingerprint", "counterpart_fingerprint"))


def is_tagged(entry: dict) -> bool:
    """True if the meta of a node or column of dbt's manifest says that it is personal."""
    return bool((entry.get("meta") or {}).get(TAG) or (entry.get("config", {}).get("meta") or {}).get(TAG))


def personal_columns(warehouse: Warehouse) -> dict[str, list[str]]:
    """{relation: columns} that hold personal data, of the tables that are there."""
    found: dict[str, list[str]] = {}
    for relation, entry in warehouse.described_relations():
        landed = warehouse.column_types(relation)
        tagged = {name.lower() for name, column in (entry.get("columns") or {}).items() if is_tagged(column)}
        names = [
            name
            for name, kind in landed.items()
            if name.lower() in tagged
            or (is_tagged(entry) and kind == "text" and PERSONAL_COLUMN.search(name))
        ]
        if names:
            found[relation] = names
    return found


def personal_values(warehouse: Warehouse) -> list[str]:
    """Every personal value that is in the database, once."""
    values: set[str] = set()
    for relation, columns in personal_columns(warehouse).items():
        for column in columns:
            sql = f"select distinct trim(cast({quoted(column)} as varchar)) from {relation}"
            values.update(value for (value,) in warehouse.connection.execute(sql).fetchall() if value)
    sources = {entry["source_name"].lower() for entry in warehouse.manifest.get("sources", {}).values()}
    return sorted(value for value in values if value.lower() not in sources)


def withholding(warehouse: Warehouse) -> Callable[[str], Callable[[str], str] | None]:
    """For the name of a column, the function that makes its texts fit to be shown; None for codes."""
    values = personal_values(warehouse)
    everywhere = withholder(values)
    in_keys = withholder(value for value in values if not WORD.fullmatch(value))

    def change(name: str) -> Callable[[str], str] | None:
        if name in CODES:
            return None
        return in_keys if name.endswith("_id") or name in KEYS else everywhere

    return change


def withholder(values: Iterable[str]) -> Callable[[str], str]:
    """A function that returns a text with every personal value and e-mail address replaced.

    The case of letters does not count. A value of one or two letters counts only as a word of its own.
    """
    by_first_word: dict[str, list[tuple[str, int]]] = {}
    for value in values:
        word = WORD.search(value)
        if word is not None:
            by_first_word.setdefault(word.group().lower(), []).append((value.lower(), word.start()))
    for found in by_first_word.values():
        found.sort(key=lambda entry: (-len(entry[0]), entry[0]))
    prefixes = sorted({len(word) for word in by_first_word})

    @lru_cache(maxsize=None)
    def withheld(text: str) -> str:
        text = EMAIL.sub(WITHHELD, text)
        lowered = text.lower()
        # A letter whose small form is longer would move every place after it.
        if len(lowered) != len(text):
            lowered = "".join(letter.lower() if len(letter.lower()) == 1 else letter for letter in text)
        spans = []
        for word in WORD.finditer(lowered):
            # The value may be glued to what follows it, so its first word need not end where this one does.
            for length in prefixes:
                if length > len(word.group()):
                    break
                for value, offset in by_first_word.get(word.group()[:length], ()):
                    start = word.start() - offset
                    end = start + len(value)
                    if start < 0 or lowered[start:end] != value:
                        continue
                    if len(value) <= 2 and lowered[end : end + 1].isalnum():
                        continue
                    spans.append((start, end))
        for start, end in _merged(spans):
            text = text[:start] + WITHHELD + text[end:]
        return text

    return withheld


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Places without overlaps, the last first."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged[::-1]
