"""The README that lies in every pack: what is there, and how to do it again."""

from __future__ import annotations

from typing import Any, Sequence

from audit.checks import Check
from audit.tables import Table
from audit.trails import PARTS_SHOWN
from audit.warehouse import Scope

TEXT = """# Auditor's pack: {entity}, {period}

{sentence}

Company `{entity}`, {period_start} to {period_end}, amounts of the company in {currency_code}. The data reaches
{as_of_date} (the as-of date). Figures are those of the database as it was built with that date; nothing here
depends on the day or the machine the pack was written on.

| check | finding | in words |
|---|---|---|
{checks}

## What each file is

`pack.xlsx` holds every table below as a sheet, with `summary` and `contents` in front. `summary.csv` is the table
above. `manifest.json` lists every file with its size, rows and SHA-256, the versions of the tools, the sampling
rule and fingerprints of the sources, the rules and the SQL.

| file | what it shows | rows |
|---|---|---|
{files}

`rules/policy/` holds every file of the project's rules, byte for byte but for names of clients in
`client_mappings.csv`, which are withheld; `rules/rules_loaded.csv` says whether the database was built with them. `sql/` holds the SQL of every model and control as dbt compiled it; the name of the
database is left out, so that it runs in any copy. {absent}

Differences in `exceptions/` are those that are open on the as-of date and dated up to the end of the period. What
was open at its end and has been matched since is in `settled_after_period.csv`. A decision is in force if it was
given by the end of the period and had not ended by then; its state is that of the as-of date. `rpt_row_conservation`,
`fct_quarantined_rows` and `counts/` are of the whole build, not of the month.

## How the samples were drawn

A population is one leg (ledger, processor, bank, usage), in the ledger one group of accounts, and one side.
*Expected* items come from billing and the processor and test completeness: what happened must be recorded.
*Recorded* items come from the ledger, the processor or the bank and test occurrence: what is recorded must have
happened. The population is every item dated in the period, whatever its status, weighed in {currency_code} without sign.

Up to {sample} items of each are drawn; how many are enough is the auditor's judgement (`--sample`). These are tests of
amounts, so every unit of money has the same chance: monetary-unit sampling with key items (ISA 530, appendices 1 and 4).
What it is weak at, amounts that are too small or missing, the *expected* populations cover from the other side.

1. The interval is the population's amount divided by the items wanted. An item at least that large is a *key item*:
   it is taken for certain, leaves the population, and the interval is computed anew until no item reaches it.
2. The other items are put into the order of SHA-256 over `seed, population, item_id` (three lines, UTF-8), and
   their amounts are added up in that order.
3. The start is SHA-256 over `seed, population` as a fraction of the interval. The item in which the sum passes the
   start, and each full interval after it, is drawn *by money unit*.

The seed text of this pack is `{seed}`. A population with no more items than wanted is taken whole. An item that has no
value in {currency_code} cannot be weighed and comes in addition. To project an error found in an item drawn by money
unit, take its share of the item's amount and multiply it by the interval in `populations.csv`; an error in a key item
stands for itself. Each difference that is already known is in `exceptions/`, not only those that were drawn.

## How to read a trail

`samples/trails.csv` has the lines of each item in order, `part_of` names the item a line belongs to:

- *raw row*: the landed record, its columns in words, and in `amount` what it contributes to the item. *raw row
  (header)* is the row it is a part of, such as the journal of a line. Columns that the models do not read are left
  out; so is personal data, here and in every other text ([withheld]). A name that no table of customers holds, such as
  that of a stranger in a bank line, cannot be told from other words.
  A record that no vendor landed, such as an opening balance or a commitment, shows the row of the rule.
- *event* and *entry*: what happened, in its own currency, and what it posts, in the company's. An item of the
  processor, bank or usage leg has none: it is the record itself.
- *item*, then *match*: the rule, the tier, both sides and the residual; then the items of the other side, the same way.

The raw rows of an item add up to it, and so do its entries; `is_trail_complete` in `items.csv` says so. An item made
of more than {parts} records shows {parts}, drawn as above with the item's id for the population; the others stand in
one line (*not drawn*) with their number and sum, and are in `fct_item_parts`.

## How to read the CSV files

UTF-8, comma, `"` doubled inside of quotes, lines end in a newline. An empty cell is a null, `""` an empty text. Money is
exact, in major units with four places. A text that a spreadsheet could take for a formula (it starts with =, +, -, @,
a tab or a line end) or that starts with an apostrophe has one apostrophe in front: take one leading apostrophe off a
text cell and you have the text of the database. Numbers are never changed. In `pack.xlsx` nothing is marked: texts
are text cells. There, a number of more than 15 digits is a text too, because a spreadsheet would round it.

## How to do it again

With the database, the project at the same version and dbt's `target` folder:

    python scripts/auditor_pack.py verify FOLDER --database FILE --project . --target target
    python scripts/auditor_pack.py --period {period} --entity {entity} --sample {sample} --seed '{seed}' --out NEW --database FILE

`verify` makes every file again and names the first byte that differs. Without a database,
`verify FOLDER --files-only` compares the files with the manifest; compare the manifest's own SHA-256 with the one
that was printed when the pack was written. Any figure can be followed by hand: open the database, run a file of
`sql/`, and compare. A control holds if its query returns no row. Another duckdb or XlsxWriter than `made_with` in
the manifest names may write other bytes; `verify` says so.
"""


def text(
    facts: dict[str, Any],
    scope: Scope,
    sentence: str,
    found: Sequence[Check],
    tables: Sequence[Table],
    absent: Sequence[str],
) -> str:
    """The README of a pack."""
    return TEXT.format(
        **facts,
        sentence=sentence,
        sample=scope.sample,
        seed=scope.seed,
        parts=PARTS_SHOWN,
        checks="\n".join(f"| {check.name} | {check.finding} | {_cell(check.words)} |" for check in found),
        files="\n".join(f"| `{table.path}` | {table.title} | {len(table.rows)} |" for table in tables),
        absent=f"This build does not have {', '.join(f'`{name}`' for name in absent)}." if absent else "",
    ).replace(" \n", "\n")


def _cell(words: str) -> str:
    """A text as a cell of a Markdown table."""
    return words.replace("|", "\\|").replace("\n", " ")
