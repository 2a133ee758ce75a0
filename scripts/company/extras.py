"""What a Stripe balance sees beside payments: reserves, top-ups, transfers to connected accounts, network costs."""

from __future__ import annotations

from random import Random

from . import clock
from .world import World

_HELD_DAYS = 34
_RESERVE_MONTHS, _TOPUP_MONTHS, _TRANSFER_MONTHS = 5, 6, 3


def add_extras(world: World) -> None:
    """Append the balance transactions, all in US dollars and small, month by month."""
    rng = Random(f"extras {world.options.seed}")
    for month in range(1, world.options.months):
        start = clock.at_midnight(clock.add_months_to_date(world.options.start, month))
        _move(world, "network_cost", "network_cost", -(90 + int(rng.random() * 700)), start + 14 * clock.DAY + 8_101)
        if month % _TRANSFER_MONTHS == 1:
            amount = -(900 + int(rng.random() * 5_000))
            _move(world, "transfer", "transfer", amount, start + 11 * clock.DAY + 51_007, "tr")
        if month % _RESERVE_MONTHS == 2:
            held, second = 8_000 + int(rng.random() * 30_000), start + 6 * clock.DAY + 3_607
            _move(world, "reserve_transaction", "risk_reserved_funds", -held, second)
            _move(world, "reserve_transaction", "risk_reserved_funds", held, second + _HELD_DAYS * clock.DAY)
        if month % _TOPUP_MONTHS == 4:
            amount, second = 50_000 + int(rng.random() * 50) * 1_000, start + 17 * clock.DAY + 40_009
            _move(world, "topup", "topup", amount, second, "tu")


def _move(
    world: World, kind: str, category: str, amount: int, second: int, prefix: str | None = None
) -> None:
    """Append one balance transaction at once available, unless it lies beyond the end of the period."""
    if second >= world.end:
        return
    transaction_id = world.next_id["txn"]()
    source = f"{prefix}{transaction_id[3:]}" if prefix else None
    text = category.replace("_", " ").capitalize()
    world.rows["stripe.balance_transaction"].append([
        transaction_id, amount, 0, amount, "usd", None, kind, category, source, "available", None, text, second,
        second - second % clock.DAY, world.synced])
