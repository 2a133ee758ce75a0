"""Billing and the processors of the company: their raw tables, the same for the same options."""

from __future__ import annotations

from random import Random

from . import catalog, clock
from .billing import Account, emit_account
from .cast import Part, cast_parts, cast_script, crowd_script
from .extras import add_extras
from .incidents import Incidents, bill_lost_invoices
from .paypal import Wallet, customer_count, join_paypal, paypal_script
from .payouts import add_payouts
from .tables import Table, Tables
from .timeline import live
from .world import Options, World, to_table

_NUMBER, _FINALIZED = 1, 24


def simulate(options: Options, rates: Table, incidents: Incidents = Incidents()) -> Tables:
    """Simulate all customers, then number the documents and pay out; `rates` as `company.rates` returns them.

    Of the incidents only the documents are added that billing has; the ledger is struck later.
    """
    world = World(options, rates)
    _add_catalog(world)
    parts = cast_parts(options)
    for index in range(options.customers):
        _add_customer(world, index, parts)
    wallet = _add_paypal_customers(world)
    bill_lost_invoices(world, incidents)
    numbers = number_documents(world)
    if wallet is not None:
        wallet.finish(numbers)
    _add_stripe_fees(world)
    add_extras(world)
    add_payouts(world)
    _add_drafts(world)
    _add_test_mode(world)
    coupons = catalog.coupon_rows(world.redeemed, world.begin, world.synced)
    world.rows["stripe.coupon"] = coupons
    return {name: to_table(name, rows) for name, rows in world.rows.items()}


def _add_catalog(world: World) -> None:
    """Products and prices, created when the company starts."""
    world.rows["stripe.product"] = catalog.product_rows(world.begin, world.synced)
    world.rows["stripe.price"] = catalog.price_rows(world.begin, world.synced)


def _add_customer(world: World, index: int, parts: dict[int, tuple[Part, int, int]]) -> None:
    """Cast or crowd, from sign-up to the end; each customer has a random stream of its own."""
    options = world.options
    rng = Random(f"{options.seed} {index}")
    if index in parts:
        part, position, copy = parts[index]
        script = cast_script(options, part, position, copy, rng)
    else:
        script = crowd_script(options, index, rng)
    account = Account(world, script, rng)
    live(account)
    name = catalog.customer_name(index, account.country)
    emit_account(account, name, f"billing{index + 1}@example.com")


def _add_paypal_customers(world: World) -> Wallet | None:
    """The customers who pay by PayPal come after all others, so that those stay who they are."""
    options = world.options
    if "paypal" not in options.processors:
        return None
    wallet = Wallet(world)
    for number in range(customer_count(options.customers)):
        index, rng = options.customers + number, Random(f"{options.seed} paypal {number}")
        account = Account(world, paypal_script(world, number, rng), rng)
        join_paypal(account, wallet)
        live(account)
        emit_account(account, catalog.customer_name(index, account.country), f"billing{index + 1}@example.com")
    return wallet


def number_documents(world: World) -> dict[str, str]:
    """Invoice numbers in order of finalisation, by id; a credit note's number is the invoice's with a suffix."""
    invoices = world.rows["stripe.invoice"]
    numbers: dict[str, str] = {}
    order = sorted(range(len(invoices)), key=lambda row: (invoices[row][_FINALIZED], invoices[row][0]))
    for ordinal, row in enumerate(order, start=1):
        number = f"TIE-{ordinal:06d}"
        invoices[row][_NUMBER] = number
        numbers[invoices[row][0]] = number
    for note in world.rows["stripe.credit_note"]:
        note[1] = f"{numbers[note[2]]}-CN-{note[1]:02d}"
    return numbers


def _add_stripe_fees(world: World) -> None:
    """Stripe's own monthly bill: in US dollars every month, in euros every third."""
    rng = Random(f"fees {world.options.seed}")
    rows = world.rows["stripe.balance_transaction"]
    for month in range(1, world.options.months):
        second = clock.at_midnight(clock.add_months_to_date(world.options.start, month)) + 1_801
        for currency in ("usd", "eur")[: 2 if month % 3 == 0 else 1]:
            amount = -(1_200 + int(rng.random() * 6_000))
            rows.append([world.next_id["txn"](), amount, 0, amount, currency, None, "stripe_fee", "fee", None,
                         "available", None, "Billing usage fee", second, second - second % clock.DAY,
                         world.synced])


def _add_drafts(world: World) -> None:
    """Invoices that were never finalised: drafts and deleted drafts, copies of real ones without a number."""
    invoices = world.rows["stripe.invoice"]
    lines = world.rows["stripe.invoice_line_item"]
    count = max(3, len(invoices) // 400)
    last_day = world.end - clock.DAY
    for ordinal, template in enumerate(invoices[:2 * count]):
        invoice_id, line_id = world.next_id["in"](), world.next_id["il"]()
        created = last_day - ordinal % 20 * clock.DAY + 7_000 + ordinal
        lines.append((invoice_id, line_id, line_id, "invoiceitem", 5_000, template[7], 1, created, created, False,
                      None, None, None, None, "Services", True, "{}", True, world.synced))
        invoices.append([
            invoice_id, None, template[2], None, None, "draft", "manual", template[7], 5_000, 0, 5_000, 5_000, 0,
            5_000, 0, None, 0, 0, False, 0, created, clock.NEVER, created, created, clock.NEVER, clock.NEVER,
            clock.NEVER, clock.NEVER, True, ordinal % 2 == 1, world.synced])


def _add_test_mode(world: World) -> None:
    """A customer in test mode with paid invoices: livemode is false on every row, no balance transactions."""
    synced = world.synced
    customer_id, price = world.next_id["cus"](), catalog.price_id("Sandbox", "month", "usd")
    world.rows["stripe.customer"].append((
        customer_id, world.begin, "usd", "sandbox@example.com", "Sandbox", None, "US", 0, False, False, False, "{}",
        synced))
    for month in range(min(3, world.options.months)):
        start = clock.at_midnight(clock.add_months_to_date(world.options.start, month)) + 40_000
        end = clock.add_months(start, 1)
        invoice_id, line_id, charge_id = (world.next_id[prefix]() for prefix in ("in", "il", "ch"))
        world.rows["stripe.invoice_line_item"].append((
            invoice_id, line_id, line_id, "subscription", 100, "usd", 1, start, end, False, price, price, None, None,
            "Sandbox seats", True, "{}", False, synced))
        world.rows["stripe.charge"].append([
            charge_id, 100, 100, 0, None, True, True, False, "succeeded", None, None, "usd", customer_id, invoice_id,
            world.next_id["pi"](), "Sandbox", start + 5, False, synced])
        world.rows["stripe.invoice"].append([
            invoice_id, f"TEST-{month + 1:04d}", customer_id, None, charge_id, "paid", "manual", "usd", 100, 0, 100,
            100, 100, 0, 0, 0, 0, 0, True, 1, start, clock.NEVER, start, start, start, start + 5, clock.NEVER,
            clock.NEVER, False, False, synced])
