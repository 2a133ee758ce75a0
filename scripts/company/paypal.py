"""Our account at PayPal: what some customers pay their invoices with, and how the money leaves for the bank.

Billing knows only that such an invoice was paid out of band; refunds and chargebacks it never hears of.
"""

from __future__ import annotations

from bisect import bisect_left
from decimal import Decimal
from random import Random
from typing import Any, Callable, NamedTuple

from . import catalog, clock
from .billing import Account, Invoice
from .cast import Script, crowd_script
from .world import World, round_div

CURRENCY_CYCLE = ("gbp", "usd", "eur", "gbp", "jpy", "usd", "eur", "gbp", "eur", "usd")
HELD = ("eur", "gbp", "usd")
"""Currencies with a balance of their own; PayPal converts every other one into US dollars."""

_SHARE_PERCENT = 12
_FEE = {"usd": (349, 49), "eur": (299, 35), "gbp": (290, 30), "jpy": (360, 40)}
_CHARGEBACK_FEE = {"usd": 2_000, "eur": 1_600, "gbp": 1_400}
_CONVERSION_POINTS = 9_700
_SWEPT_AT = {"usd": 10 * clock.HOUR + 433, "eur": 10 * clock.HOUR + 1_217, "gbp": 9 * clock.HOUR + 2_011}
_WEEKLY = {"eur"}
_MANUAL_SHARE, _FUNDED_SHARE = 0.25, 0.2
_LETTERS = "ABCDEFGHJKLMNPRSTUVWXY0123456789"
_ID_LENGTH = 17
_MARKED_AFTER = 60

_CAST = (
    {1: "refund_partial", 3: "refund_full", 5: "dispute_won", 7: "denied", 9: "hold", 11: "refund_twice"},
    {1: "hold", 2: "dispute_lost", 4: "pending", 6: "refund_full", 8: "uncollectible_paid", 10: "pre_note_lines"},
    {1: "denied", 2: "hold", 3: "refund_partial", 5: "void", 6: "dispute_lost", 9: "refund_full"},
)
"""Fates by subscription period of the first customers who pay by PayPal."""

_LIKE = {
    "note_refund_lines": "refund_partial", "note_refund_amount": "refund_partial", "note_split": "refund_partial",
    "note_out_of_band": "refund_partial", "refund_then_dispute": "refund_twice", "dispute_twice": "dispute_lost", "refund_failed": "refund_full",
    "retry": "denied", "dispute_won": "dispute_won", "out_of_band": "pending", "pre_note_voided": "normal",
}
"""What becomes of the fates that only a card payment, or billing itself, could have."""


class Payment(NamedTuple):
    """A payment at PayPal: its row, and what it brought in minor units."""

    transaction_id: str
    amount: int
    currency: str
    second: int
    row: list[Any]


def customer_count(customers: int) -> int:
    """How many customers pay by PayPal, on top of the others."""
    return -(-customers * _SHARE_PERCENT // 100)


def paypal_script(world: World, index: int, rng: Random) -> Script:
    """A customer of the crowd who pays by PayPal; the first ones play the cast."""
    script = crowd_script(world.options, index, rng)
    currency = CURRENCY_CYCLE[index % len(CURRENCY_CYCLE)]
    script = script._replace(currency=currency, coupon=None, pays_automatically=False)
    if index < len(_CAST):
        anchor = clock.at_midnight(world.options.start) + int((3 + index * 5 + rng.random()) * clock.DAY)
        script = script._replace(
            anchor=anchor, interval="month", quantity=4 + 3 * index, fates=_CAST[index], actions={}, is_cast=True)
    return script


class Wallet:
    """The account while it is being played: rows in the order of the contract, amounts still minor units."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rng = Random(f"paypal {world.options.seed}")
        self.rows = world.rows["paypal.transaction"]
        self._ids: set[str] = set()
        self._seconds: set[int] = set()

    def _new_id(self, length: int = _ID_LENGTH) -> str:
        """An identifier of capital letters and digits, never used before."""
        while True:
            text = "".join(self.rng.choice(_LETTERS) for _ in range(length))
            if text not in self._ids:
                self._ids.add(text)
                return text

    def record(
        self, code: str, amount: int, currency: str, second: int, *, fee: int = 0, status: str = "S",
        reference: str | None = None, payer: str | None = None, invoice: Invoice | None = None,
        bank_reference: str | None = None, subject: str | None = None,
    ) -> list[Any]:
        """Append a row, never two in one second; `fee` > 0 when charged. Returns the row."""
        while second in self._seconds:
            second += 1
        self._seconds.add(second)
        row = [
            self._new_id(), code, payer, reference, "TXN" if reference else None, second, second + 3, status,
            amount, currency.upper(), -fee, currency.upper(), 0, currency.upper(), 0, None,
            invoice.id if invoice else None, bank_reference, subject, self.world.synced]
        self.rows.append(row)
        return row

    def pay(self, account: Account, invoice: Invoice, second: int) -> Payment | None:
        """Take all that is open; billing hears of it a minute later. None beyond the end of the period."""
        world, currency, amount = self.world, account.currency, invoice.open
        if second + 3 * _MARKED_AFTER >= world.end:
            return None
        points, fixed = _FEE[currency]
        fee = min(amount, round_div(amount * points, 10_000) + fixed)
        code = "T0006" if invoice.reason == "subscription_create" else account.paypal_code
        row = self.record(code, amount, currency, second, fee=fee, payer=account.payer, invoice=invoice,
                          subject="Subscription")
        if currency not in HELD:
            self._convert(row[0], amount - fee, currency, row[5])
        invoice.paid, invoice.open = amount, 0
        invoice.status, invoice.paid_at = "paid", row[5] + _MARKED_AFTER
        return Payment(row[0], amount, currency, row[5], row)

    def _convert(self, reference: str, amount: int, currency: str, second: int) -> None:
        """Turn what a payment brought into US dollars, a few percent below the market's rate."""
        settled = self.world.settle(amount, currency, second)[0]
        self.record("T0200", -amount, currency, second + 1, reference=reference, subject="Currency conversion")
        self.record("T0200", round_div(settled * _CONVERSION_POINTS, 10_000), "usd", second + 2,
                    reference=reference, subject="Currency conversion")

    def give_back(self, code: str, payment: Payment, amount: int, second: int, payer: str | None = None) -> None:
        """Money of a payment that leaves, or comes back when negative; nothing beyond the end of the period."""
        if second + _MARKED_AFTER < self.world.end:
            self.record(code, -amount, payment.currency, second, reference=payment.transaction_id, payer=payer)

    def finish(self, numbers: dict[str, str]) -> None:
        """Send the money to the bank, quote invoice numbers, work out the balances, write major units."""
        for currency in HELD:
            self._sweep(currency)
        self.rows.sort(key=lambda row: row[5])
        balances: dict[str, int] = {}
        for row in self.rows:
            currency = row[9]
            if row[7] in "SV":
                balances[currency] = balances.get(currency, 0) + row[8] + row[10]
            row[12] = row[14] = balances.get(currency, 0)
            row[15] = numbers.get(row[16])
            for position in (8, 10, 12, 14):
                digits = 2 if catalog.MINOR_FACTOR[currency.lower()] == 100 else 0
                row[position] = Decimal(row[position]).scaleb(-digits)

    def _sweep(self, currency: str) -> None:
        """Automatic sweeps of the whole balance, withdrawals by hand, one that the bank returns, funding."""
        world, draw = self.world, Random(f"sweeps {self.world.options.seed} {currency}").random
        moves = sorted(
            (row[5], row[8] + row[10]) for row in self.rows if row[9] == currency.upper() and row[7] in "SV")
        seconds = [second for second, _ in moves]
        done = balance = 0
        returned = not (currency == "usd" and moves)
        back: list[tuple[int, int]] = []
        for day in range(world.begin, world.end, clock.DAY):
            if not clock.is_business_day(day):
                continue
            moment = day + _SWEPT_AT[currency]
            while moment in self._seconds:
                moment += 1
            reached = bisect_left(seconds, moment)
            balance += sum(amount for _, amount in moves[done:reached])
            done = reached
            balance += sum(amount for second, amount in back if second < moment)
            back = [item for item in back if item[0] >= moment]
            is_sweep_day = currency not in _WEEKLY or clock.date_of(day).weekday() == 0
            if balance < 0 and draw() < _FUNDED_SHARE:
                self._withdraw("T0300", balance, currency, moment)
                balance = 0
            elif balance > 0 and is_sweep_day:
                row = self._withdraw("T0401", balance, currency, moment)
                if not returned and day > world.begin + (world.end - world.begin) // 3:
                    returned = True
                    sent_back = clock.add_business_days(day, 3) + 14 * clock.HOUR
                    if sent_back < world.end - clock.DAY:
                        reverse = self.record("T1101", balance, currency, sent_back, reference=row[0],
                                              subject="Withdrawal returned by the bank")
                        back.append((reverse[5], balance))
                balance = 0
            elif balance > 2 and draw() < _MANUAL_SHARE:
                self._withdraw("T0400", balance // 2, currency, moment)
                balance -= balance // 2

    def _withdraw(self, code: str, amount: int, currency: str, moment: int) -> list[Any]:
        """Money to the bank, or from it when negative."""
        subject = {"T0300": "Bank deposit", "T0400": "Withdrawal", "T0401": "Automatic transfer"}[code]
        return self.record(code, -amount, currency, moment, bank_reference=self._new_id(12), subject=subject)


def join_paypal(account: Account, wallet: Wallet) -> None:
    """Make a customer one who pays by PayPal."""
    account.wallet = wallet
    account.payer = wallet._new_id(13)
    account.paypal_code = "T0003" if account.rng.random() < 0.6 else "T0006"


def adapted_fate(fate: str) -> str:
    """The fate of an invoice that is paid by PayPal."""
    return _LIKE.get(fate, fate)


def collect(account: Account, invoice: Invoice, fate: str, until: int) -> None:
    """Play an invoice that is paid by PayPal, after the fates in which billing itself does something."""
    draw = account.rng.random
    delay = 3 + int(draw() * 40) if account.paypal_code == "T0003" else int((0.1 + draw() * draw() * 20) * clock.DAY)
    second = invoice.finalized + delay
    if fate in ("denied", "pending"):
        _attempt(account, invoice, second, "D" if fate == "denied" else "P")
        second += int((1 + draw() * 3) * clock.DAY)
    payment = account.wallet.pay(account, invoice, second)
    play = _FATES.get(fate)
    if payment is not None and play is not None and payment.currency in HELD:
        play(account, payment, until)


def _attempt(account: Account, invoice: Invoice, second: int, status: str) -> None:
    """A payment that never settles, its money and fee only announced."""
    if second + _MARKED_AFTER < account.world.end:
        account.wallet.record("T0006", invoice.open, account.currency, second, status=status, payer=account.payer,
                              invoice=invoice, subject="Subscription")


def _after(account: Account, payment: Payment, low: float, high: float) -> int:
    """A moment `low` to `high` days after a payment."""
    return payment.second + int((low + account.rng.random() * (high - low)) * clock.DAY)


def _refund(account: Account, payment: Payment, amount: int, second: int) -> None:
    """Refund part of a payment; PayPal keeps its fee. One refunded in full counts as reversed."""
    account.wallet.give_back("T1107", payment, amount, second, account.payer)
    if amount == payment.amount and second + _MARKED_AFTER < account.world.end:
        payment.row[7], payment.row[6] = "V", second


def _refund_full(account: Account, payment: Payment, until: int) -> None:
    _refund(account, payment, payment.amount, _after(account, payment, 1, 25))


def _refund_partial(account: Account, payment: Payment, until: int) -> None:
    part = max(1, payment.amount * (15 + int(account.rng.random() * 50)) // 100)
    _refund(account, payment, part, _after(account, payment, 1, 25))


def _refund_twice(account: Account, payment: Payment, until: int) -> None:
    second = _after(account, payment, 1, 12)
    for number in range(2):
        _refund(account, payment, max(1, payment.amount // 4), second + number * 5 * clock.DAY)


def _cancel_refund(account: Account, payment: Payment, until: int) -> None:
    """The unused time of a subscription cancelled at once."""
    second, start = account.cancel_at, account.period[0]
    amount = round_div(payment.amount * (until - second), until - start)
    if payment.second < second < account.world.end and 0 < amount <= payment.amount:
        _refund(account, payment, amount, second)


def _chargeback(is_won: bool) -> Callable[[Account, Payment, int], None]:
    """A fate: the buyer's bank takes the money back, with a fee; PayPal may win it again."""

    def play(account: Account, payment: Payment, until: int) -> None:
        second, wallet = _after(account, payment, 5, 40), account.wallet
        decided = second + int((20 + account.rng.random() * 30) * clock.DAY)
        wallet.give_back("T1201", payment, payment.amount, second)
        wallet.give_back("T0106", payment, _CHARGEBACK_FEE[payment.currency], second + 1)
        if is_won:
            wallet.give_back("T1202", payment, -payment.amount, decided)

    return play


def _hold(account: Account, payment: Payment, until: int) -> None:
    """PayPal holds the money while it looks into a complaint, then releases it."""
    second = _after(account, payment, 2, 15)
    released = second + int((6 + account.rng.random() * 15) * clock.DAY)
    account.wallet.give_back("T1110", payment, payment.amount, second)
    account.wallet.give_back("T1111", payment, -payment.amount, released)


_FATES: dict[str, Callable[[Account, Payment, int], None]] = {
    "refund_full": _refund_full,
    "refund_partial": _refund_partial,
    "refund_twice": _refund_twice,
    "cancel_refund": _cancel_refund,
    "dispute_won": _chargeback(True),
    "dispute_lost": _chargeback(False),
    "hold": _hold,
}
