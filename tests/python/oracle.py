"""The books of one contract a second time, in plain integers: one event after the other.

From docs/accounting.md alone; [n] is a rule there. Money is an int in minor units, debits are +. A pair
is (contract's currency, functional currency). The days before a boundary are delivered: an event is
measured at its own day, a month at the first day of the next one.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from contract import Event, Invoice, Life, Line

Pair = tuple[int, int]
EXPONENTS = {"USD": 2, "EUR": 2, "JPY": 0, "KWD": 3}
AR, DEFERRED, CLEARING, TAX = "accounts_receivable", "deferred_revenue", "processor_clearing", "tax_payable"
DEFAULTS = dict(
    reduction_split="proportional", dispute_treatment="contra_on_open", bad_debt_treatment="clear_deferred",
    cancellation_treatment="until_credited", catch_up="on")  # fmt: skip


def half_away(numerator: int, denominator: int) -> int:
    """The quotient, halves away from zero."""
    magnitude = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return magnitude if (numerator < 0) == (denominator < 0) else -magnitude


def parts(amount: int, weights: list[int]) -> list[int]:
    """The amount over the weights by cumulative rounding; all of it to the last if they sum to 0 [1]."""
    if not sum(weights):
        return [*(0 for _ in weights[1:]), amount]
    ends = [half_away(amount * sum(weights[:end]), sum(weights)) for end in range(len(weights) + 1)]
    return [end - start for start, end in zip(ends, ends[1:])]


def convert(life: Life, amount: int, day: date, currency: str = "") -> int:
    """Into functional currency at the last published rates, multiplied out and rounded once [2]."""
    source, target = currency or life.currency, life.functional
    if source == target:
        return amount
    rates = ([known for known in life.rates[code].items() if known[0] <= day] for code in (source, target))
    per_source, per_target = (max(known)[1] for known in rates)
    return half_away(amount * per_target * 10 ** EXPONENTS[target], per_source * 10 ** EXPONENTS[source])


def next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def months(first: date, last: date) -> int:
    return (last.year - first.year) * 12 + last.month - first.month


def seconds(first: datetime | date, last: datetime | date) -> int:
    ends = [end if isinstance(end, datetime) else datetime.combine(end, time()) for end in (first, last)]
    return (ends[1] - ends[0]) // timedelta(seconds=1)


def served(line: Line, boundary: date) -> Pair:
    """(units delivered before the boundary, all units) [4]; a unit is a day, a month, a second or 1."""
    start, end, convention = line.start.date(), line.end.date(), line.convention
    in_seconds = convention in ("by_second", "even_months_prorated_ends")
    if convention == "at_invoice" or (line.start >= line.end if in_seconds else start >= end):
        return 1, 1
    if convention in ("at_service_start", "at_service_end"):
        return int(start < boundary if convention == "at_service_start" else end <= boundary), 1
    if convention == "daily":
        done, units = (boundary - start).days, (end - start).days
    elif convention == "even_months":
        done, units = months(start, boundary), max(1, months(start, end))
    else:
        done, units = seconds(line.start, boundary), seconds(line.start, line.end)
        first = start if start.day == 1 and not seconds(start, line.start) else next_month(start)
        last, whole = end.replace(day=1), months(first, end)
        if convention == "even_months_prorated_ends" and whole > 0:
            done, units = done * whole, units * whole
            if first < boundary < last:
                before, middle = seconds(line.start, first), seconds(first, last)
                done = whole * before + months(first, boundary) * middle
    return min(max(done, 0), units), units


@dataclass(frozen=True)
class Effect:
    """What one event took from an obligation; remaining: the units of service it found undelivered."""
    day: date
    net: Pair
    contra: Pair
    split: str
    remaining: int


@dataclass
class Obligation:
    """A line after discount and what was taken from it; after `stopped` nothing is delivered."""
    line: Line
    net: Pair
    tax: Pair
    stopped: date | None
    effects: list[Effect] = field(default_factory=list)

    def served(self, boundary: date) -> Pair:
        return served(self.line, min(boundary, self.stopped or boundary))

    def deferred(self, boundary: date, side: int, effects: list[Effect]) -> int:
        """D: what is billed, in force and not delivered after these effects."""
        done, units = self.served(boundary)
        in_step = self.net[side] - sum(e.net[side] for e in effects if e.split == "proportional")
        left = in_step - half_away(in_step * done, units)
        for e in effects:
            if e.split == "deferred_first" and e.remaining:
                left -= half_away(e.net[side] * (units - done), e.remaining)
        return max(left, 0) if self.net[side] >= 0 else min(left, 0)

    def contra(self, day: date, net: Pair, split: str, side: int) -> int:
        """The part of a reduction that was earned already [4], or that deferred cannot cover."""
        done, units = self.served(day)
        if split == "deferred_first":
            now = [*self.effects, Effect(day, net, net, split, units - done)]
            return net[side] - self.deferred(day, side, self.effects) + self.deferred(day, side, now)
        return net[side] if split == "contra_in_period" else half_away(net[side] * done, units)


@dataclass
class Bill:
    """A booked invoice. claims: what is claimed back, "" on all lines, else on those of that note."""
    invoice: Invoice
    obligations: list[Obligation]
    open: int
    claims: Counter = field(default_factory=Counter)
    status: str = "open"
    written_off: tuple[int, Counter, str] = (0, Counter(), "")
    recovered: int = 0


class Books:
    """What the books of a life must hold.

    schedule: {(line, month): (recognised, contra, deferred at its end, and the same functional)}. moved,
    moved_in_currency (receivable, deferred): {(role, month): debits less credits}. A month: its first day.
    """

    def __init__(self, life: Life) -> None:
        self.life = life
        self.schedule: dict[tuple[str, date], tuple[int, ...]] = {}
        self.moved, self.moved_in_currency, self.returned = Counter(), Counter(), Counter()
        self.events = {event.key: event for event in life.events}
        self.bills, self.taken, self.held, self.recovered, self.unapplied = {}, {}, {}, {}, set()
        ends = [event.at.date() for event in life.events if event.kind == "cancelled"]
        self.stops = [day for day in ends if self.choice("cancellation_treatment", day) != "until_credited"]
        facts = [(invoice.booked, self.finalised, invoice) for invoice in life.invoices]
        facts += [(told.at, getattr(self, told.kind), told) for told in life.events if told.kind != "cancelled"]
        for at, book, fact in sorted(facts, key=lambda fact: fact[0]):
            book(fact, at.date())
        for bill in self.bills.values():
            for obligation in bill.obligations:
                self.recognise(obligation, bill.invoice.booked.date())

    def choice(self, policy: str, day: date) -> str:
        held = [choice for name, choice, since in self.life.policies if name == policy and since <= day]
        return held[-1] if held else DEFAULTS[policy]

    def move(self, day: date, role: str, functional: int, minor: int = 0) -> None:
        """Debit a role; what lies after the as-of date is not posted."""
        if day <= self.life.as_of:
            self.moved[role, day.replace(day=1)] += functional
            self.moved_in_currency[role, day.replace(day=1)] += minor

    def post(self, day: date, debit: str, credit: str, functional: int, minor: int = 0) -> None:
        self.move(day, debit, functional, minor)
        self.move(day, credit, -functional, -minor)

    def finalised(self, invoice: Invoice, day: date) -> None:
        amounts = [line.amount for line in invoice.lines]
        nets = [amount - off for amount, off in zip(amounts, parts(invoice.discount, amounts))]
        bill = self.bills[invoice.key] = Bill(invoice, [], invoice.total)
        for line, *owed in zip(invoice.lines, nets, parts(invoice.tax, nets)):
            net, tax = ((amount, convert(self.life, amount, day)) for amount in owed)
            stops = [stop for stop in self.stops if line.start.date() <= stop < line.end.date()]
            bill.obligations.append(Obligation(line, net, tax, min(stops, default=None)))
            self.post(day, AR, DEFERRED, net[1], net[0])
            self.post(day, AR, TAX, tax[1], tax[0])
        if not invoice.total:
            self.post(day, "fx_gain_loss", AR, sum(o.net[1] + o.tax[1] for o in bill.obligations))

    def fall(self, bill: Bill, amount: int) -> int:
        """Lower what is open; the functional fall of the receivable [6]."""
        booked, total = sum(o.net[1] + o.tax[1] for o in bill.obligations), bill.invoice.total
        bill.open -= amount
        return half_away((bill.open + amount) * booked, total) - half_away(bill.open * booked, total)

    def money(self, event: Event, day: date, fees: str = "processing_fees") -> int:
        """What moved at the processor, at the rate of the money [6]; posts its fee [8]."""
        currency, amount = event.settled or ("", event.amount)
        self.post(day, fees, CLEARING, convert(self.life, event.fee, day, currency))
        return convert(self.life, amount, day, currency)

    def payment(self, event: Event, day: date) -> None:
        """Of an open invoice [6], of one written off [7], of one that is void or of none [11]."""
        where = CLEARING if event.kind == "payment" else "external_clearing"
        money, bill = self.money(event, day), self.bills.get(event.of)
        if bill is None or bill.status == "voided" or bill.status == "open" and bill.open <= 0:
            self.unapplied.add(event.key)
            self.post(day, where, "customer_balance", money)
        elif bill.status == "uncollectible":
            whole, lost, tax_role = bill.written_off
            paid = bill.recovered, bill.recovered + event.amount
            bill.recovered, gained = paid[1], self.recovered.setdefault(event.key, [])
            for role, component in (("bad_debt", "recognised"), (tax_role, "tax")):
                start, end = (half_away(so_far * lost[component], whole) for so_far in paid)
                gained.append((role, end - start))
                self.post(day, where, role, end - start)
                money -= end - start
            self.post(day, where, "recoverables", money)
        else:
            due = min(event.amount, bill.open)
            on_top = half_away(money * (event.amount - due), event.amount)
            self.post(day, where, "customer_balance", on_top)
            self.post(day, where, AR, money - on_top, due)
            self.post(day, "fx_gain_loss", AR, self.fall(bill, due) - money + on_top)

    def granted(self, event: Event, day: date) -> None:
        rated = self.bills[event.of].invoice.booked.date() if event.of else day
        self.post(day, "promotional_credits", "customer_balance", convert(self.life, event.amount, rated))

    def applied(self, event: Event, day: date) -> None:
        bill = self.bills[event.of]
        value = convert(self.life, event.amount, bill.invoice.booked.date())
        self.post(day, "customer_balance", AR, value, event.amount)
        self.post(day, "fx_gain_loss", AR, self.fall(bill, event.amount) - value)

    def state(self, bill: Bill) -> tuple[list[Pair], int]:
        """(net, tax) of each line under the claims in effect, and what the lines could not take [3]."""
        gross = [o.net[0] + o.tax[0] for o in bill.obligations]
        named = Counter()
        for note, claim in bill.claims.items():
            lines = self.events[note].lines if note else ()
            for (line, _), part in zip(lines, parts(claim, [amount for _, amount in lines])):
                named[line] += part
        lost = [sorted((0, named[o.line.key], whole))[1] for o, whole in zip(bill.obligations, gross)]
        left = [whole - taken for whole, taken in zip(gross, lost)]
        spread = parts(min(bill.claims[""], max(sum(left), 0)), left)
        in_force = []
        for o, whole, taken in zip(bill.obligations, gross, map(sum, zip(lost, spread))):
            tax = half_away(taken * o.tax[0], whole) if whole else 0
            in_force.append((o.net[0] - taken + tax, o.tax[0] - tax))
        return in_force, sum(bill.claims.values()) - sum(lost) - sum(spread)

    def reduce(self, key: str, day: date, bill: Bill, claim: str, amount: int, split: str, back: str = ""):
        """Claim an amount: {component: functional amount}, and "minor": the deferred one in currency.

        back: the event that is undone, whose contra returns exactly [4].
        """
        booked, (before, excess) = bill.invoice.booked.date(), self.state(bill)
        bill.claims[claim] += amount
        after, more_excess = self.state(bill)
        found = Counter(excess=convert(self.life, more_excess - excess, booked))
        self.taken[key] = []
        for number, o in enumerate(bill.obligations):
            was, now = before[number], after[number]
            values = [[convert(self.life, amount, booked) for amount in state] for state in (was, now)]
            gone, tax = (w - n for w, n in zip(*values))
            net, (done, units) = (was[0] - now[0], gone), o.served(day)
            contra = tuple(o.contra(day, net, split, side) for side in (0, 1))
            effect = Effect(day, net, contra, split, units - done)
            if back:
                undone = self.taken[back][number]
                contra = -undone.contra[0], -undone.contra[1]
                effect = Effect(day, net, contra, undone.split, undone.remaining)
            o.effects.append(effect)
            self.taken[key].append(effect)
            found.update(recognised=contra[1], deferred=gone - contra[1], minor=net[0] - contra[0], tax=tax)
        return found

    def post_shares(self, day: date, found: Counter, contra: str, against: str, money: int, minor=0, tax=TAX):
        """Components at the booking rate, the other side at its own; the difference is exchange [6]."""
        self.move(day, DEFERRED, found["deferred"], found["minor"])
        for role, component in ((contra, "recognised"), (tax, "tax"), ("other_loss", "excess")):
            self.move(day, role, found[component])
        self.move(day, "fx_gain_loss", money - found.total() + found["minor"])
        self.move(day, against, -money, -minor)

    def give_back(self, event: Event, day: date, of: Event, contra: str, against: str, money: int) -> None:
        """Money of a payment. of: the refund or dispute, which is the event or is undone by it."""
        if of.of in self.unapplied:
            return self.post(day, "customer_balance", against, money)
        amount = of.amount if of is event else -of.amount
        if of.of in self.recovered:
            return self.lose_again(of, contra, against, money, day, amount)
        bill, split = self.bills[self.events[of.of].of], self.choice("reduction_split", day)
        claim = of.note if of.note and self.events[of.note].lines else ""
        found = self.reduce(event.key, day, bill, claim, amount, split, "" if of is event else of.key)
        self.post_shares(day, found, contra, against, money)

    def lose_again(self, of: Event, contra: str, against: str, money: int, day: date, amount: int) -> None:
        """Recovered money goes back in the parts in which it came; what exceeds it is lost [7]."""
        paid, after = self.events[of.of].amount, self.returned[of.of] + amount
        start, end = (sorted((0, so_far, paid))[1] for so_far in (self.returned[of.of], after))
        self.returned[of.of] = after
        gone = Counter(other_loss=half_away(money * (amount - end + start), amount))
        for role, part in self.recovered[of.of]:
            role = contra if role == "bad_debt" else role
            gone[role] += half_away(end * part, paid) - half_away(start * part, paid)
        for role, part in [*gone.items(), ("recoverables", money - gone.total())]:
            self.post(day, role, against, part)

    def refund(self, event: Event, day: date) -> None:
        failed, money = event.kind == "refund_failed", self.money(event, day)
        of = self.events[event.of] if failed else event
        self.give_back(event, day, of, "refunds", CLEARING, -money if failed else money)

    def note(self, event: Event, day: date) -> None:
        """What its refund does not post of a note: off the receivable, or only through it [3]."""
        undone = self.events[event.of] if event.kind == "note_voided" else None
        sign, note, back = (-1, undone, undone.key) if undone else (1, event, "")
        bill, rest = self.bills[note.of], sign * (note.amount - note.refunded)
        if rest:
            split, claim = self.choice("reduction_split", day), note.key if note.lines else ""
            found = self.reduce(event.key, day, bill, claim, rest, split, back)
            money = self.fall(bill, rest - sign * (note.credited + note.outside))
            for role, part in (("customer_balance", note.credited), ("external_clearing", note.outside)):
                value = sign * convert(self.life, part, bill.invoice.booked.date())
                self.post(day, AR, role, value, sign * part)
                money += value
            self.post_shares(day, found, "credit_notes", AR, money, rest)

    def voided(self, event: Event, day: date) -> None:
        """Takes all that is open [3]; the loss of a write-off becomes that of a void [7]."""
        bill, role, split, tax = self.bills[event.of], "voids", "proportional", TAX
        if event.kind == "uncollectible":
            role = "bad_debt"
            if self.choice("bad_debt_treatment", day) == "expense_gross":
                split, tax = "contra_in_period", "bad_debt"
        if bill.status == "uncollectible":
            self.post(day, role, "bad_debt", bill.written_off[1]["recognised"])
            self.post(day, TAX, bill.written_off[2], bill.written_off[1]["tax"])
        else:
            found = self.reduce(event.key, day, bill, "", bill.open, split)
            bill.written_off = bill.open, found, tax
            self.post_shares(day, found, role, AR, self.fall(bill, bill.open), bill.written_off[0], tax)
        bill.status = event.kind

    def dispute(self, event: Event, day: date) -> None:
        """By the choice of the day it was opened, to its end."""
        self.held[event.key] = money = self.money(event, day, "dispute_fees")
        treatment = self.choice("dispute_treatment", day)
        if treatment == "contra_on_open":
            self.give_back(event, day, event, "disputes", CLEARING, money)
        elif treatment == "receivable_until_decided":
            self.post(day, "disputes_receivable", CLEARING, money)

    def dispute_won(self, event: Event, day: date) -> None:
        dispute, held = self.events[event.of], self.held[event.of]
        treatment = self.choice("dispute_treatment", dispute.at.date())
        if event.kind == "dispute_lost":
            if treatment != "contra_on_open":
                against = CLEARING if treatment == "on_loss" else "disputes_receivable"
                self.give_back(dispute, day, dispute, "disputes", against, held)
            return
        money = self.money(event, day, "dispute_fees")
        if treatment == "contra_on_open":
            self.post(day, CLEARING, "recoverables", money)
        elif treatment == "receivable_until_decided":
            self.post(day, CLEARING, "disputes_receivable", held)
            self.post(day, CLEARING, "fx_gain_loss", money - held)

    paid_outside, refund_failed, note_voided = payment, refund, note
    uncollectible, dispute_lost = voided, dispute_won

    def recognise(self, o: Obligation, booked: date) -> None:
        """C, D and V = N + C at every month end from booking on [5]."""
        last = max(booked, o.line.end.date(), *(e.day for e in o.effects))
        month, before, accrued = booked.replace(day=1), [0] * 4, self.accrue(o, booked)
        while month <= last:
            boundary, row = next_month(month), []
            effects = [e for e in o.effects if e.day < boundary]
            for side in (0, 1):
                contra = sum(e.contra[side] for e in effects)
                waiting = o.deferred(boundary, side, effects)
                revenue = o.net[side] - sum(e.net[side] for e in effects) - waiting + contra
                row += [revenue - before[2 * side], contra - before[2 * side + 1], waiting]
                before[2 * side : 2 * side + 2] = revenue, contra
            self.schedule[o.line.key, month] = tuple(row)
            day, month = boundary - timedelta(days=1), boundary
            self.post(day, DEFERRED, "revenue", row[3], row[0])
            self.post(day, "revenue", "unbilled_receivable", accrued)
            accrued = 0

    def accrue(self, o: Obligation, booked: date) -> int:
        """Service of the months before the booking, where policy does not catch it up; the sum."""
        month, accrued = o.line.start.date().replace(day=1), 0
        if self.choice("catch_up", booked) == "off" and not o.served(month)[0]:
            while month < booked.replace(day=1):
                boundary, (done, units) = next_month(month), o.served(next_month(month))
                due = half_away(o.net[1] * done, units)
                self.post(boundary - timedelta(days=1), "unbilled_receivable", "revenue", due - accrued)
                month, accrued = boundary, due
        return accrued
