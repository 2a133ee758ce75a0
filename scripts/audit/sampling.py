"""Which items of the period an auditor is shown: populations, and a rule that draws them again.

A population is one leg, one group of accounts and one side. What is expected and must be recorded tests
completeness; what is recorded and must have a reason tests occurrence. Both are drawn, because a sample of
what was recorded can never find what was not.

The rule is monetary-unit sampling with key items (ISA 530, appendices 1 and 4): an item whose amount is at least the
sampling interval is taken for certain and leaves the population, and the interval is computed anew until no
item reaches it; from the rest, each unit of money has the same chance. Amounts are those in the company's own
currency, without their sign. Chance comes from SHA-256 of the seed text and the item's id, not from a
generator, so anybody can draw the same items again, in any language.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple, Sequence

from audit.tables import Column, Table
from audit.warehouse import Scope, Warehouse

# Roles by the name an auditor has for them. A role that is not here is a population of its own.
GROUPS = {
    "revenue": ("revenue",),
    "reductions of revenue": (
        "refunds", "credit_notes", "voids", "disputes", "bad_debt", "recoverables", "other_loss",
        "promotional_credits",
    ),
    "deferred revenue": ("deferred_revenue",),
    "receivables": ("accounts_receivable", "unbilled_receivable", "disputes_receivable"),
    "cash": ("cash", "cash_in_transit"),
    "clearing": ("processor_clearing", "external_clearing", "processor_reserves"),
    "customer balances": ("customer_balance", "passthrough_payable", "excluded_billings"),
    "tax": ("tax_payable",),
    "fees": ("processing_fees", "dispute_fees", "bank_fees"),
    "exchange differences": ("fx_gain_loss",),
    "accounts out of scope": ("out_of_scope",),
}  # fmt: skip
GROUP_OF = {role: group for group, roles in GROUPS.items() for role in roles}
OBJECTIVE = {
    "expected": "completeness: what happened must be recorded",
    "recorded": "occurrence: what is recorded must have happened",
}
KEY, BY_UNIT, ALL, NO_VALUE = "key item", "by money unit", "whole population", "no value in own currency"

ITEMS = """
    select
        item_id, leg, side, account_role, event_type, document_reference, source_name, source_table,
        source_record_id, item_date, currency_code, amount, functional_currency_code, functional_amount,
        status, match_id, match_rule, cause
    from {items}
    where entity_id = ? and item_date between ? and ?
    order by item_id
"""


class Drawn(NamedTuple):
    """An item that was drawn: its place in the draw, why, and the interval it was drawn with."""

    item_id: str
    selection: str
    interval: Decimal | None


def chance(seed: str, *words: str) -> int:
    """A number below 2**256 that the words decide."""
    return int.from_bytes(hashlib.sha256("\n".join((seed, *words)).encode("utf-8")).digest(), "big")


def draw(seed: str, population: str, amounts: dict[str, Decimal | None], wanted: int) -> list[Drawn]:
    """Up to `wanted` items of a population, key items first, in the order of the draw.

    `amounts` are by item id, signs do not count; an item whose amount is null cannot be weighed and comes
    in addition. Items of amount 0 hold no money unit and are drawn only if everything is.
    """
    unknown = sorted(item for item, amount in amounts.items() if amount is None)
    sizes = {item: abs(amount) for item, amount in amounts.items() if amount is not None}
    without_value = [Drawn(item, NO_VALUE, None) for item in unknown]
    if len(sizes) <= wanted:
        order = sorted(sizes, key=lambda item: (-sizes[item], item))
        return [Drawn(item, ALL, None) for item in order] + without_value
    keys: list[str] = []
    rest = {item: size for item, size in sizes.items() if size}
    while len(keys) < wanted:
        left = wanted - len(keys)
        total = sum(rest.values(), Decimal(0))
        large = [item for item, size in rest.items() if size * left >= total]
        if not large:
            break
        keys += large
        rest = {item: size for item, size in rest.items() if item not in set(large)}
    left = wanted - len(keys)
    total = sum(rest.values(), Decimal(0))
    interval = (total / left).quantize(Decimal("0.0001")) if left and rest else None
    drawn = [Drawn(item, KEY, interval) for item in sorted(keys, key=lambda item: (-sizes[item], item))]
    return (
        drawn
        + [Drawn(item, BY_UNIT, interval) for item in _by_unit(seed, population, rest, left)]
        + without_value
    )


def _by_unit(seed: str, population: str, sizes: dict[str, Decimal], wanted: int) -> list[str]:
    """`wanted` items, one in each interval of money, over the items in an order that chance gives."""
    if wanted <= 0 or not sizes:
        return []
    total = Fraction(sum(sizes.values(), Decimal(0)))
    start = Fraction(chance(seed, population), 2**256)
    found: list[str] = []
    reached = Fraction(0)
    for item in sorted(sizes, key=lambda item: (chance(seed, population, item), item)):
        reached += Fraction(sizes[item])
        # No item reaches an interval, so none is hit twice.
        if len(found) < wanted and (len(found) + start) * total / wanted < reached:
            found.append(item)
    return found


def population_of(leg: str, side: str, account_role: str) -> str:
    """The name of an item's population."""
    if leg != "ledger":
        return f"{leg}, {side}"
    return f"ledger, {GROUP_OF.get(account_role, account_role.replace('_', ' '))}, {side}"


def items_of_period(warehouse: Warehouse, scope: Scope) -> list[dict[str, Any]]:
    """Every item of the company and the month, as one dict per item."""
    sql = ITEMS.format(items=warehouse.relation("fct_reconciliation_items"))
    found = warehouse.connection.execute(sql, [scope.entity, scope.start, scope.end])
    names = [column[0] for column in found.description]
    return [dict(zip(names, row)) for row in found.fetchall()]


def samples(warehouse: Warehouse, scope: Scope) -> tuple[Table, list[tuple[str, Drawn, dict[str, Any]]]]:
    """(populations, [(population, drawn, item)]) of the period."""
    by_population: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for item in items_of_period(warehouse, scope):
        by_population[population_of(item["leg"], item["side"], item["account_role"])].append(item)
    rows, drawn = [], []
    for population, items in sorted(by_population.items()):
        chosen = draw(
            scope.seed,
            population,
            {item["item_id"]: item["functional_amount"] for item in items},
            scope.sample,
        )
        by_id = {item["item_id"]: item for item in items}
        drawn += [(population, found, by_id[found.item_id]) for found in chosen]
        rows.append(_population_row(population, items, chosen))
    names = (
        "population objective item_count matched_count open_count pending_count ignored_count gross_amount "
        "net_amount currency_code sampled_count key_item_count sampled_amount sampling_interval_amount"
    ).split()
    return Table(
        "samples/populations.csv", "What was sampled from", [Column(name, _kind(name)) for name in names], rows,
        "populations",
    ), drawn  # fmt: skip


def _kind(name: str) -> str:
    return "integer" if name.endswith("_count") else "decimal" if name.endswith("_amount") else "text"


def _population_row(
    population: str, items: Sequence[dict[str, Any]], chosen: Sequence[Drawn]
) -> tuple[Any, ...]:
    """A row of samples/populations.csv."""
    valued = [item["functional_amount"] for item in items if item["functional_amount"] is not None]
    sizes = {item["item_id"]: abs(item["functional_amount"] or 0) for item in items}
    states = Counter(item["status"] for item in items)
    known = (
        states["matched"] + states["suggested"],
        states["pending"] + states["inconclusive"],
        states["ignored"],
    )
    return (
        population,
        OBJECTIVE[items[0]["side"]],
        len(items),
        known[0],
        len(items) - sum(known),
        known[1],
        known[2],
        sum(map(abs, valued), Decimal(0)),
        sum(valued, Decimal(0)),
        items[0]["functional_currency_code"],
        len(chosen),
        sum(found.selection == KEY for found in chosen),
        sum((Decimal(sizes[found.item_id]) for found in chosen), Decimal(0)),
        next((found.interval for found in chosen if found.interval is not None), None),
    )
