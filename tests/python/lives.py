"""Random lives of a contract, in any order the billing system permits, and their raw rows.

A life is drawn once. `oracle.Books` reads it as it is; `company_of` writes what a connector would
have landed of it.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, Callable
from zoneinfo import ZoneInfo

from contract import Event, Invoice, Life, Line
from hypothesis import strategies as st
from oracle import convert, half_away, next_month, parts
from tiny_companies import Company

CONVENTIONS = [
    "daily", "by_second", "even_months", "even_months_prorated_ends",
    "at_invoice", "at_service_start", "at_service_end",
]  # fmt: skip
POLICIES = {
    "reduction_split": ["proportional", "deferred_first", "contra_in_period"],
    "dispute_treatment": ["contra_on_open", "receivable_until_decided", "on_loss"],
    "bad_debt_treatment": ["clear_deferred", "expense_gross"],
    "cancellation_treatment": ["until_credited", "stop_at_cancellation"],
    "catch_up": ["on", "off"],
}
ALWAYS = date(1970, 1, 1)
ZONES = ["UTC", "America/New_York", "Europe/Berlin", "Asia/Tokyo"]
FIRST_DAY, LAST_DAY = date(2022, 1, 1), date(2023, 12, 30)
# The day before everything was loaded, see tiny_companies.SYNCED.
AS_OF = date(2023, 12, 31)
# No hour that a clock change skips or repeats.
CLOCK = [time(0), time(0, 30), time(8, 15, 7), time(12), time(18, 45, 30), time(23, 50)]
RATE_DIGITS = 6


def published_rates() -> dict[str, dict[date, int]]:
    """Units per euro in millionths, once a week, wandering."""
    chance = random.Random(7)
    levels = {"USD": 1_081_300, "JPY": 141_270_000, "KWD": 331_900}
    rates: dict[str, dict[date, int]] = {currency: {} for currency in levels}
    for week in range(120):
        day = date(2021, 11, 1) + timedelta(weeks=week)
        for currency in levels:
            levels[currency] += levels[currency] * chance.randint(-20, 20) // 1000
            rates[currency][day] = levels[currency]
    rates["EUR"] = {day: 10**RATE_DIGITS for day in rates["USD"]}
    return rates


RATES = published_rates()


def landed_rates() -> list[tuple[date, str, str]]:
    """The same as the rate source lands them."""
    return [
        (day, currency, str(Decimal(rate).scaleb(-RATE_DIGITS)))
        for currency, days in RATES.items()
        if currency != "EUR"
        for day, rate in days.items()
    ]


@dataclass(frozen=True)
class Contract:
    """A life and where its company is."""

    life: Life
    timezone: str

    def script(self) -> str:
        """The life as a small script."""
        life = self.life
        told = [f"# {life.currency} in a {life.functional} company, {self.timezone}"]
        told += [f"policy {name} = {choice} from {day}" for name, choice, day in life.policies]
        facts: list[tuple[datetime, str]] = []
        for invoice in life.invoices:
            lines = "".join(
                f"\n    {line.key}: {line.amount} {line.convention} {line.start} .. {line.end}"
                for line in invoice.lines
            )
            amounts = f"total {invoice.total} discount {invoice.discount} tax {invoice.tax}"
            facts.append((invoice.booked, f"invoice {invoice.key} {amounts}{lines}"))
        for event in life.events:
            shown = {name: value for name, value in list(vars(event).items())[2:] if value}
            facts.append((event.at, f"{event.kind} {shown}"))
        told += [f"{at}  {fact}" for at, fact in sorted(facts, key=lambda fact: fact[0])]
        return "\n".join(told)


# --- drawing ---------------------------------------------------------------------------------------


class Story:
    """A life while it is being made up: what is open, paid and still possible."""

    def __init__(self, number: Callable[[int, int], int]) -> None:
        self.number = number
        self.policies = () if self.maybe(4) else self.choose()
        self.currency = self.one_of(["USD", "USD", "EUR", "JPY", "KWD"])
        self.timezone = self.one_of(ZONES)
        self.now = datetime.combine(FIRST_DAY + timedelta(days=self.number(0, 420)), self.one_of(CLOCK))
        self.invoices: list[Invoice] = []
        self.events: list[Event] = []
        self.open: dict[str, int] = {}
        self.status: dict[str, str] = {}
        self.creditable: dict[str, int] = {}
        self.charges: dict[str, int] = {}
        self.settled_by: dict[str, str] = {}
        self.balance = 0
        self.cancelled = False

    def one_of(self, choices: list) -> Any:
        return choices[self.number(0, len(choices) - 1)]

    def maybe(self, chances: int) -> bool:
        """True once in so many."""
        return self.number(1, chances) == chances

    def choose(self) -> tuple[tuple[str, str, date], ...]:
        """Choices of some policies, some of which change on a day."""
        chosen = []
        for policy, choices in POLICIES.items():
            if not self.maybe(4):
                chosen.append((policy, self.one_of(choices), ALWAYS))
                if self.maybe(3):
                    day = FIRST_DAY + timedelta(days=self.number(100, 600))
                    chosen.append((policy, self.one_of(choices), day))
        return tuple(chosen)

    def wait(self) -> bool:
        """Let time pass, perhaps none; False when the story is over."""
        day = self.now.date() + timedelta(days=self.one_of([0, 0, 1, 7, 20, 33, 61, 120]))
        if self.maybe(4):
            day = self.turn_near(day)
        moment = datetime.combine(day, self.one_of(CLOCK))
        self.now = max(moment, self.now + timedelta(seconds=1))
        return self.now.date() <= LAST_DAY

    def turn_near(self, day: date) -> date:
        """The next day on which something starts or ends, the one before it or the one after."""
        turns = {next_month(day)}
        for invoice in self.invoices:
            turns |= {moment.date() for line in invoice.lines for moment in (line.start, line.end)}
        ahead = sorted(turn for turn in turns if day < turn <= LAST_DAY)
        return ahead[0] + timedelta(days=self.number(-1, 1)) if ahead else day

    def key(self, prefix: str) -> str:
        return f"{prefix}_{len(self.events) + 1}"

    def tell(self, kind: str, of: str = "", amount: int = 0, **more: Any) -> Event:
        event = Event(self.now, kind, self.key(kind), of, amount, **more)
        self.events.append(event)
        return event

    def moving(self, amount: int, fee: bool = True) -> dict[str, Any]:
        """How money moves at the processor: in its own currency or converted, with a fee or without."""
        settled = None
        if self.currency != "USD" and self.maybe(2):
            plain = convert(Life(self.currency, AS_OF, (), (), RATES), amount, self.now.date())
            settled = ("USD", max(1, plain + plain * self.number(-30, 30) // 1000))
            if self.maybe(5):
                settled = ("EUR", settled[1]) if self.currency != "EUR" else ("KWD", settled[1] * 3)
        moved = settled[1] if settled else amount
        return {"settled": settled, "fee": moved * 29 // 1000 + 3 if fee and self.maybe(2) else 0}

    # --- invoices ---

    def service(self) -> tuple[datetime, datetime]:
        """A span of service around now."""
        day = self.now.date() + timedelta(days=self.one_of([0, 0, 0, -45, -10, 14]))
        start = datetime.combine(day, self.one_of(CLOCK) if self.maybe(3) else time())
        months = self.one_of([1, 3, 6, 12, 12, 24, 36])
        month = start.year * 12 + start.month - 1 + months
        end = start.replace(year=month // 12, month=month % 12 + 1, day=min(start.day, 28))
        if self.maybe(5):
            end = start + timedelta(days=self.one_of([0, 1, 10, 100, 365]))
        return start, end

    def amount(self) -> int:
        return self.one_of([1, 100, 9000, 10000, 99999, 120000]) + self.number(0, 5000)

    def bill(self) -> None:
        """Issue an invoice of several lines."""
        span = self.service()
        lines = []
        for number in range(1, self.one_of([1, 1, 2, 3, 4]) + 1):
            start, end = span if self.maybe(2) else self.service()
            amount = -(self.amount() // 3) if number > 1 and self.maybe(5) else self.amount()
            lines.append(Line(f"il_{number}", amount, start, end, self.one_of(CONVENTIONS)))
        self.issue(lines)

    def upgrade(self) -> None:
        """A negative line for the unused rest of an old line and a positive one in its place."""
        running = [
            line
            for invoice in self.invoices
            for line in invoice.lines
            if line.amount > 0 and line.start < self.now < line.end
        ]
        if not running:
            return self.bill()
        old = self.one_of(running)
        unused = half_away(old.amount * (old.end - self.now).days, max(1, (old.end - old.start).days))
        change = self.one_of([0, 1, -1]) * self.number(0, 9000)
        amounts = [-unused, unused // 3, unused - unused // 3 + change]
        self.issue([
            Line(f"il_{number}", amount, self.now, old.end, old.convention)
            for number, amount in enumerate(amounts, start=1)
        ])  # fmt: skip

    def issue(self, lines: list[Line]) -> None:
        key = f"in_{len(self.invoices) + 1}"
        lines = [replace(line, key=f"{key}_{line.key}") for line in lines]
        subtotal = sum(line.amount for line in lines)
        percent_off = self.one_of([5, 10, 33, 50, 100]) if subtotal > 0 and self.maybe(5) else 0
        discount = half_away(subtotal * percent_off, 100)
        tax = half_away((subtotal - discount) * self.one_of([7, 19, 20]), 100) if self.maybe(3) else 0
        invoice = Invoice(key, self.now, tuple(lines), discount, tax)
        self.invoices.append(invoice)
        self.open[key], self.status[key] = invoice.total, "open"
        self.creditable[key] = max(0, invoice.total)
        apply = invoice.total if invoice.total < 0 else min(self.balance, invoice.total)
        if apply:
            self.balance -= apply
            self.tell("applied", key, apply)
            self.settle(key, apply)
        elif not invoice.total:
            self.status[key] = "paid"

    def settle(self, key: str, amount: int) -> None:
        self.open[key] -= amount
        if not self.open[key] and self.status[key] in ("open", "uncollectible"):
            self.status[key] = "paid"
            self.settled_by[key] = self.events[-1].key

    # --- what may happen ---

    def those(self, *statuses: str) -> list[str]:
        return [key for key, status in self.status.items() if status in statuses]

    def step(self) -> None:
        """One more thing that may happen now."""
        possible: list[Callable[[], None]] = [self.grant, self.pay_without_an_invoice]
        if len(self.invoices) < 4:
            possible += [self.bill, self.upgrade, self.upgrade]
        if self.those("open"):
            possible += [self.pay] * 3
            possible += [self.pay_outside, self.credit_open, self.give_up, self.void]
        if self.those("uncollectible"):
            possible += [self.pay_late, self.pay_late, self.void_late]
        if any(self.creditable[key] for key in self.those("paid")):
            possible += [self.credit_paid] * 3
        if any(self.charges.values()):
            possible += [self.refund, self.refund, self.dispute, self.dispute]
        possible += [self.void_note] * bool(self.voidable())
        possible += [self.fail_refund] * bool(self.unfailed())
        possible += [self.decide] * (8 * bool(self.undecided()))
        possible += [self.pay_twice] * bool(self.paid_once())
        possible += [self.cancel] * (not self.cancelled)
        self.one_of(possible)()

    def some(self, most: int) -> int:
        """A part of an amount, often all of it."""
        return most if self.maybe(2) else self.number(1, most)

    def collect(self, key: str, amount: int) -> None:
        event = self.tell("payment", key, amount, **self.moving(amount))
        self.charges[event.key] = amount

    def pay(self) -> None:
        """All or some of what is open, once in a while more."""
        key = self.one_of(self.those("open"))
        due = self.some(self.open[key])
        on_top = self.number(1, 5000) if due == self.open[key] and self.maybe(10) else 0
        self.collect(key, due + on_top)
        self.settle(key, due)

    def pay_outside(self) -> None:
        key = self.one_of(self.those("open"))
        self.tell("paid_outside", key, self.open[key])
        self.settle(key, self.open[key])

    def pay_late(self) -> None:
        key = self.one_of(self.those("uncollectible"))
        if self.maybe(3):
            self.tell("paid_outside", key, self.open[key])
            self.settle(key, self.open[key])
        else:
            amount = self.some(self.open[key])
            self.collect(key, amount)
            self.settle(key, amount)

    def paid_once(self) -> list[Event]:
        """Payments that settled an invoice for good."""
        written_off = {event.of for event in self.events if event.kind == "uncollectible"}
        return [
            event
            for event in self.events
            if event.kind == "payment" and self.settled_by.get(event.of) == event.key
            and event.of not in written_off
            and not any(known.kind == "paid_outside" and known.of == event.of for known in self.events)
        ]  # fmt: skip

    def pay_twice(self) -> None:
        """A second charge for a paid invoice."""
        first = self.one_of(self.paid_once())
        self.collect(first.of, self.some(first.amount))

    def pay_without_an_invoice(self) -> None:
        self.collect(self.one_of(["", *self.those("void")]), self.amount())

    def grant(self) -> None:
        """Goodwill, sometimes taken back, sometimes for an invoice."""
        amount = -self.some(self.balance) if self.balance and self.maybe(4) else self.amount()
        self.balance += amount
        self.tell("granted", self.one_of(["", "", *self.status]), amount)

    def give_up(self) -> None:
        key = self.one_of(self.those("open"))
        self.tell("uncollectible", key)
        self.status[key] = "uncollectible"

    def unpaid(self, status: str) -> list[str]:
        paid = {event.of for event in self.events if event.kind == "payment"}
        return [key for key in self.those(status) if key not in paid]

    def void(self) -> None:
        """The balance that was applied returns at the same moment."""
        for key in self.unpaid("open")[:1]:
            settled = [event.amount for event in self.events if (event.kind, event.of) == ("applied", key)]
            applied = sum(settled)
            if applied:
                self.balance += applied
                self.tell("applied", key, -applied)
            self.tell("voided", key)
            self.status[key] = "void"

    def void_late(self) -> None:
        for key in self.unpaid("uncollectible")[:1]:
            self.tell("voided", key)
            self.status[key] = "void"

    # --- notes ---

    def named_lines(self, key: str, amount: int) -> tuple[tuple[str, int], ...]:
        """Which lines a note names, if any, and with how much before tax."""
        invoice = next(invoice for invoice in self.invoices if invoice.key == key)
        positive = [line for line in invoice.lines if line.amount > 0]
        if self.maybe(2) or not positive:
            return ()
        chosen = positive[self.number(0, len(positive) - 1) :]
        before_tax = amount - half_away(amount * invoice.tax, invoice.total)
        shares = parts(before_tax, [line.amount for line in chosen])
        named = tuple((line.key, share) for line, share in zip(chosen, shares))
        return named if all(share > 0 for _, share in named) else ()

    def credit_open(self) -> None:
        key = self.one_of(self.those("open"))
        most = min(self.open[key], self.creditable[key])
        if most > 0:
            amount = self.some(most)
            self.tell("note", key, amount, lines=self.named_lines(key, amount))
            self.creditable[key] -= amount
            self.settle(key, amount)

    def credit_paid(self) -> None:
        """A note after payment: refunded, credited to the balance, paid outside, or any mixture."""
        key = self.one_of([key for key in self.those("paid") if self.creditable[key]])
        amount = rest = self.some(self.creditable[key])
        self.creditable[key] -= amount
        lines = self.named_lines(key, amount)
        charges = [
            event.key
            for event in self.events
            if event.kind == "payment" and event.of == key and self.charges[event.key]
        ]
        note, refunded, charge = self.key("note"), 0, ""
        if charges and self.maybe(2):
            charge = self.one_of(charges)
            refunded = self.some(min(rest, self.charges[charge]))
            self.charges[charge] -= refunded
            rest -= refunded
        credited = self.some(rest) if rest and self.maybe(2) else 0
        self.balance += credited
        outside = rest - credited
        self.tell("note", key, amount, lines=lines, refunded=refunded, credited=credited, outside=outside)
        if refunded:
            if self.maybe(3) and self.now.date() < LAST_DAY - timedelta(days=130):
                self.wait()
            self.now += timedelta(seconds=1)
            self.tell("refund", charge, refunded, note=note, **self.moving(refunded, fee=False))

    def voidable(self) -> list[Event]:
        gone = {event.of for event in self.events if event.kind == "note_voided"}
        return [
            event
            for event in self.events
            if event.kind == "note" and event.key not in gone and not event.refunded
            and (self.status[event.of] == "open" or 0 < event.credited + event.outside <= self.balance)
        ]  # fmt: skip

    def void_note(self) -> None:
        note = self.one_of(self.voidable())
        self.tell("note_voided", note.key)
        self.open[note.of] += note.amount - note.credited - note.outside
        self.balance -= note.credited
        self.creditable[note.of] += note.amount

    # --- money back ---

    def refund(self) -> None:
        charge = self.one_of([key for key, left in self.charges.items() if left])
        amount = self.some(self.charges[charge])
        self.charges[charge] -= amount
        self.tell("refund", charge, amount, **self.moving(amount, fee=self.maybe(5)))

    def unfailed(self) -> list[Event]:
        failed = {event.of for event in self.events if event.kind == "refund_failed"}
        return [event for event in self.events if event.kind == "refund" and event.key not in failed]

    def fail_refund(self) -> None:
        refund = self.one_of(self.unfailed())
        self.tell("refund_failed", refund.key, refund.amount, **self.moving(refund.amount, fee=False))
        if refund.of in self.charges:
            self.charges[refund.of] += refund.amount

    def dispute(self) -> None:
        charge = self.one_of([key for key, left in self.charges.items() if left])
        paid = next(event.amount for event in self.events if event.key == charge)
        self.charges[charge] = 0
        amount = self.some(paid)
        self.tell("dispute", charge, amount, **self.moving(amount))

    def undecided(self) -> list[Event]:
        decided = {event.of for event in self.events if event.kind in ("dispute_won", "dispute_lost")}
        return [event for event in self.events if event.kind == "dispute" and event.key not in decided]

    def decide(self) -> None:
        dispute = self.one_of(self.undecided())
        if self.maybe(2):
            back = self.moving(dispute.amount)
            back["fee"] *= self.one_of([1, -1])
            self.tell("dispute_won", dispute.key, dispute.amount, **back)
        else:
            self.tell("dispute_lost", dispute.key)

    def cancel(self) -> None:
        self.tell("cancelled")
        self.cancelled = True


def contract_of(number: Callable[[int, int], int], most: int = 16) -> Contract:
    """A contract and up to so many things that happen to it, from a source of numbers between two."""
    story = Story(number)
    story.bill()
    for _ in range(number(0, most)):
        if not story.wait():
            break
        story.step()
    events = tuple(event for event in story.events if event.at.date() <= LAST_DAY)
    life = Life(story.currency, AS_OF, tuple(story.invoices), events, RATES, story.policies)
    return Contract(life, story.timezone)


@st.composite
def contracts(draw: Callable[[st.SearchStrategy], Any]) -> Contract:
    """Contracts that shrink: every number is a choice of its own."""
    return contract_of(lambda low, high: draw(st.integers(low, high)))


def scattered_contracts() -> st.SearchStrategy[Contract]:
    """Contracts that do not shrink and resemble each other less: one seed each."""
    return st.randoms(use_true_random=True).map(lambda chance: contract_of(chance.randint))


# --- raw rows --------------------------------------------------------------------------------------


class Landing:
    """The raw rows of one contract."""

    def __init__(self, name: str, contract: Contract) -> None:
        self.company = Company(name)
        self.company.timezone = contract.timezone
        self.zone, self.life = ZoneInfo(contract.timezone), contract.life
        self.currency = self.life.currency.lower()
        self.events = {event.key: event for event in self.life.events}
        for convention in CONVENTIONS:
            price = f"price_{convention}"
            self.company.add("price", id=price, product_id="prod_1", currency=self.currency)
            self.company.earns(convention, price_id=f"stripe.{name}:{price}")
        for policy, choice, since in self.life.policies:
            self.company.chooses(policy, choice, since.isoformat())
        for invoice in self.life.invoices:
            self.invoice(invoice)
        for event in self.life.events:
            if hasattr(self, event.kind):
                getattr(self, event.kind)(event)
        self.subscription()
        self.noise()

    def noise(self) -> None:
        """What posts nothing: a draft, a failed attempt, an inquiry that is no dispute yet."""
        at = self.utc(self.life.invoices[0].booked)
        self.company.add(
            "invoice", id="in_draft", customer_id="cus_1", status="draft", currency=self.currency,
            subtotal=700, tax=0, total=700, created=at,
        )  # fmt: skip
        self.company.add(
            "charge", id="ch_failed", amount=500, captured=False, paid=False, status="failed",
            currency=self.currency, customer_id="cus_1", invoice_id="in_1", created=at,
        )  # fmt: skip
        for event in self.life.events:
            if event.kind == "payment":
                self.company.add(
                    "dispute", id="dp_inquiry", charge_id=event.key, amount=event.amount,
                    currency=self.currency, created=self.utc(event.at), status="warning_needs_response",
                )  # fmt: skip
                break

    def utc(self, moment: datetime | None) -> datetime | None:
        if moment is None:
            return None
        return moment.replace(tzinfo=self.zone).astimezone(ZoneInfo("UTC")).replace(tzinfo=None)

    def happened(self, kind: str, of: str) -> Event | None:
        return next((event for event in self.life.events if event.kind == kind and event.of == of), None)

    def when(self, kind: str, of: str) -> datetime | None:
        event = self.happened(kind, of)
        return self.utc(event.at) if event else None

    def subscription(self) -> None:
        start = min(invoice.booked for invoice in self.life.invoices)
        cancelled = next((event.at for event in self.life.events if event.kind == "cancelled"), None)
        self.company.add(
            "subscription_history", id="sub_1", customer_id="cus_1",
            status="canceled" if cancelled else "active", created=self.utc(start),
            start_date=self.utc(start), canceled_at=self.utc(cancelled), ended_at=self.utc(cancelled),
            _fivetran_start=self.utc(start), _fivetran_active=True,
        )  # fmt: skip

    def invoice(self, invoice: Invoice) -> None:
        paid_at, paid = self.paid(invoice)
        voided, given_up = self.when("voided", invoice.key), self.when("uncollectible", invoice.key)
        status = "void" if voided else "paid" if paid_at else "uncollectible" if given_up else "open"
        self.company.add(
            "invoice", id=invoice.key, number=invoice.key.upper(), customer_id="cus_1",
            subscription_id="sub_1", status=status, currency=self.currency,
            subtotal=sum(line.amount for line in invoice.lines), tax=invoice.tax, total=invoice.total,
            amount_paid=paid, created=self.utc(invoice.booked), is_deleted=False,
            status_transitions_finalized_at=self.utc(invoice.booked),
            status_transitions_paid_at=self.utc(paid_at) if status == "paid" else None,
            status_transitions_voided_at=voided,
            status_transitions_marked_uncollectible_at=given_up,
        )  # fmt: skip
        for line in invoice.lines:
            self.company.add(
                "invoice_line_item", invoice_id=invoice.key, unique_id=line.key, id=line.key,
                type="subscription", amount=line.amount, currency=self.currency, quantity=1,
                price_id=f"price_{line.convention}", subscription_id="sub_1", proration=line.amount < 0,
                period_start=self.utc(line.start), period_end=self.utc(line.end),
            )  # fmt: skip

    def paid(self, invoice: Invoice) -> tuple[datetime | None, int]:
        """When nothing was open any more, and what was paid."""
        left, paid, moment = invoice.total, 0, None if invoice.total else invoice.booked
        for event in self.life.events:
            settles = 0
            if event.kind in ("payment", "paid_outside", "applied") and event.of == invoice.key:
                settles = min(event.amount, max(left, 0)) if event.kind == "payment" else event.amount
                paid += 0 if event.kind == "applied" else event.amount
            elif event.kind == "note" and event.of == invoice.key:
                settles = event.amount - event.refunded - event.credited - event.outside
            elif event.kind == "note_voided" and self.events[event.of].of == invoice.key:
                note = self.events[event.of]
                settles = note.credited + note.outside - note.amount
            left -= settles
            if settles and not left:
                moment = event.at
        return (None if left else moment), paid

    def moved(self, event: Event, kind: str, source: str, sign: int, suffix: str = "") -> str:
        """One movement at the processor; its id."""
        currency, amount = event.settled or (self.life.currency, event.amount)
        key = f"txn_{event.key}{suffix}"
        self.company.add(
            "balance_transaction", id=key, source=source, type=kind, reporting_category=kind,
            amount=sign * amount, fee=event.fee, net=sign * amount - event.fee, currency=currency.lower(),
            exchange_rate=Decimal(amount) / Decimal(event.amount) if event.settled else None,
            status="available", created=self.utc(event.at), available_on=self.utc(event.at),
        )  # fmt: skip
        return key

    def payment(self, event: Event) -> None:
        self.company.add(
            "charge", id=event.key, amount=event.amount, amount_captured=event.amount, captured=True,
            paid=True, status="succeeded", currency=self.currency, customer_id="cus_1",
            invoice_id=event.of or None, created=self.utc(event.at),
            balance_transaction_id=self.moved(event, "charge", event.key, 1),
        )  # fmt: skip

    def refund(self, event: Event) -> None:
        failed = self.happened("refund_failed", event.key)
        self.company.add(
            "refund", id=event.key, charge_id=event.of, amount=event.amount, currency=self.currency,
            created=self.utc(event.at), status="failed" if failed else "succeeded",
            balance_transaction_id=self.moved(event, "refund", event.key, -1),
            failure_balance_transaction_id=(
                self.moved(failed, "refund_failure", event.key, 1) if failed else None
            ),
        )  # fmt: skip

    def dispute(self, event: Event) -> None:
        won, lost = self.happened("dispute_won", event.key), self.happened("dispute_lost", event.key)
        if won:
            self.moved(won, "dispute_reversal", event.key, 1)
        self.company.add(
            "dispute", id=event.key, charge_id=event.of, amount=event.amount, currency=self.currency,
            created=self.utc(event.at), status="won" if won else "lost" if lost else "needs_response",
            closed_at=self.when("dispute_won", event.key) or self.when("dispute_lost", event.key),
            balance_transaction=self.moved(event, "dispute", event.key, -1),
        )  # fmt: skip

    def note(self, event: Event) -> None:
        settled = event.refunded + event.credited + event.outside
        voided = self.happened("note_voided", event.key)
        before_tax = sum(amount for _, amount in event.lines) if event.lines else event.amount
        refund = next((known.key for known in self.life.events if known.note == event.key), None)
        self.company.add(
            "credit_note", id=event.key, number=event.key.upper(), invoice_id=event.of, refund_id=refund,
            type="post_payment" if settled else "pre_payment", status="void" if voided else "issued",
            amount=event.amount, subtotal=before_tax, total=event.amount, currency=self.currency,
            created=self.utc(event.at), voided_at=self.utc(voided.at) if voided else None,
            customer_balance_transaction=f"cbt_{event.key}" if event.credited else None,
        )  # fmt: skip
        for number, (line, amount) in enumerate(event.lines, start=1):
            self.company.add(
                "credit_note_line_item", id=f"{event.key}_{number}", credit_note_id=event.key,
                invoice_line_item_id=line, type="invoice_line_item", amount=amount, quantity=1,
            )  # fmt: skip
        if event.credited:
            self.balance(event, "credit_note", -event.credited, event.of, event.key)

    def balance(self, event: Event, kind: str, amount: int, invoice: str, note: str = "") -> None:
        self.company.add(
            "customer_balance_transaction", id=f"cbt_{event.key}", customer_id="cus_1", type=kind,
            amount=amount, currency=self.currency, invoice_id=invoice or None,
            credit_note_id=note or None, created=self.utc(event.at),
        )  # fmt: skip

    def applied(self, event: Event) -> None:
        returns = event.amount < 0 and self.when("voided", event.of)
        kind = "unapplied_from_invoice" if returns else "applied_to_invoice"
        self.balance(event, kind, event.amount, event.of)

    def granted(self, event: Event) -> None:
        self.balance(event, "adjustment", -event.amount, event.of)


def company_of(name: str, contract: Contract) -> Company:
    """The raw rows of a contract as a company of this name."""
    return Landing(name, contract).company
