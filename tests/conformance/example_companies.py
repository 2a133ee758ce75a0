"""Turn a published example into a company: its events become raw rows as the billing system lands them."""

from __future__ import annotations

import csv
from datetime import date, datetime, timezone
from decimal import Decimal
from typing import Any

from conftest import PROJECT_ROOT
from tiny_companies import POLICY_SEEDS, Company, Row
from write_conformance import Part

# After the last day of every example, so that nothing of them is a forecast.
SYNCED = datetime(2027, 3, 1, 6)
KEYS = {"product_id", "price_id", "meter_product_id", "subscription_id", "customer_id"}

with open(PROJECT_ROOT / POLICY_SEEDS / "currencies.csv", newline="", encoding="utf-8") as file:
    EXPONENTS = {row["currency_code"]: int(row["exponent"]) for row in csv.DictReader(file)}


def moment(text: str, hour: int = 12) -> datetime:
    """A day is `hour` of that day; a time such as 2024-06-15T12:00Z is itself. Both in UTC."""
    if "T" not in text:
        return datetime.fromisoformat(text).replace(hour=hour)
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc).replace(tzinfo=None)


class Example(Company):
    """A company that grows event by event; each method is one kind of event."""

    def __init__(self, part: Part) -> None:
        facts = part.facts
        self.currency = facts.get("currency", "USD")
        super().__init__(part.name, facts.get("functional", self.currency), SYNCED)
        self.timezone = facts.get("timezone", "UTC")
        self.convention = facts.get("convention", "daily")
        self.invoices: list[Row] = []
        self.rules: dict[str, str] = {}
        self.policies = facts.get("policies", {})
        self.seeds = facts.get("seeds", {})
        self.rates = [(date.fromisoformat(day), *rest) for day, *rest in facts.get("rates", [])]
        if "share" in facts:
            self.share(**facts["share"])
        for event in facts.get("events", []):
            for kind, stated in event.items():
                getattr(self, kind)(**stated)

    def minor(self, amount: str) -> int:
        """Minor units of the company's billing currency; a fraction of one is a mistake of the example."""
        scaled = Decimal(amount).scaleb(EXPONENTS[self.currency])
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{self.name}: {amount} is not an amount of {self.currency}")
        return int(scaled)

    def key(self, prefix: str, table: str) -> str:
        return f"{prefix}_{len(self.rows[f'stripe.{table}']) + 1:02}"

    def chosen(self, invoice: str) -> Row:
        """The invoice with that number, the latest one if none is given."""
        return self.invoices[int(invoice) - 1 if invoice else -1]

    def settle(self, invoice: Row, amount: int) -> None:
        invoice["settled"] += amount
        if invoice["settled"] == invoice["total"] and invoice["status"] == "open":
            invoice["status"] = "paid"

    def share(self, of: str, over: str, on: str) -> None:
        """Ask what is used and unused of a line on a day: an invoice that is voided then."""
        self.invoiced(over.split("..")[0], [f"{of}, {over}"])
        self.voided(on)

    def invoiced(self, on: str, lines: list[str], tax: str = "0", total: str = "") -> None:
        """A line is 'amount', 'amount, start..end' or 'amount, start..end, key=value ...'; ends are exclusive."""
        key = self.key("in", "invoice")
        amounts = [self.line(key, *(part.strip() for part in line.split(","))) for line in lines]
        subtotal = sum(amounts)
        self.add(
            "invoice", id=key, number=key, customer_id="cus_1", subscription_id="sub_1", status="open",
            currency=self.currency.lower(), subtotal=subtotal, tax=self.minor(tax),
            total=self.minor(total) if total else subtotal + self.minor(tax), amount_paid=0, settled=0,
            created=moment(on), status_transitions_finalized_at=moment(on), is_deleted=False,
        )  # fmt: skip
        self.invoices.append(self.rows["stripe.invoice"][-1])
        self.settle(self.invoices[-1], 0)

    def line(self, invoice: str, amount: str, period: str = "..", options: str = "") -> int:
        start, end = period.split("..")
        chosen = dict(option.split("=") for option in options.split())
        convention = chosen.get("convention", self.convention)
        product = chosen.get("product", convention)
        self.price(product, convention)
        key = self.key("il", "invoice_line_item")
        metered = {row["plan_id"]: row["id"] for row in self.rows["stripe.subscription_item"]}
        self.add(
            "invoice_line_item", invoice_id=invoice, unique_id=key, id=key, type="subscription",
            amount=self.minor(amount), currency=self.currency.lower(), price_id=product,
            quantity=int(chosen.get("quantity", 1)), proration="proration" in chosen,
            subscription_item_id=metered.get(product),
            period_start=moment(start, 0) if start else None, period_end=moment(end, 0) if end else None,
        )  # fmt: skip
        return self.minor(amount)

    def metered_price(self, product: str, unit: str, by: str, period: str = "..") -> None:
        """A product sold by use, in its running period if none is invoiced; by: how its records add up."""
        start, end = period.split("..")
        self.price(
            product, self.convention, recurring_interval="month", recurring_usage_type="metered",
            unit_amount_decimal=str(self.minor(unit)), recurring_aggregate_usage=by,
        )  # fmt: skip
        self.add(
            "subscription_item", id=f"si_{product}", subscription_id="sub_1", plan_id=product,
            current_period_start=moment(start, 0) if start else None,
            current_period_end=moment(end, 0) if end else None,
        )  # fmt: skip

    def used(self, product: str, quantities: dict[str, str]) -> None:
        records = self.rows["metering.usage_record"]
        for day, quantity in quantities.items():
            records.append({
                "usage_record_id": f"ur_{len(records) + 1:02}", "subscription_item_id": f"si_{product}",
                "customer_id": "cus_1", "quantity": Decimal(quantity), "occurred_at": moment(day),
                "recorded_at": moment(day), "source_relation": self.name, "_loaded_at": self.synced,
            })  # fmt: skip

    def price(self, product: str, convention: str, **terms: Any) -> None:
        """A product with one price of the same name, earned by that convention."""
        if product not in self.rules:
            self.add("product", id=product, name=product, active=True, is_deleted=False)
            self.add(
                "price", id=product, product_id=product, currency=self.currency.lower(), type="recurring",
                active=True, is_deleted=False, **terms,
            )  # fmt: skip
            self.rules[product] = convention

    def charged(
        self, on: str, amount: str, fee: str = "0", settled: str = "", invoice: str = "", moved: str = ""
    ) -> None:
        """Money comes in for an invoice, or for 'none'.

        settled: what the processor converts it to, such as '135.00 CAD'; moved: what it says instead.
        """
        key = self.key("ch", "charge")
        charged = None if invoice == "none" else self.chosen(invoice)
        self.transaction("charge", on, key, moved or amount, fee, settled)
        self.add(
            "charge", id=key, amount=self.minor(amount), amount_captured=self.minor(amount), captured=True,
            paid=True, status="succeeded", currency=self.currency.lower(), customer_id="cus_1",
            invoice_id=charged and charged["id"], balance_transaction_id=f"txn_{key}", created=moment(on),
        )  # fmt: skip
        if charged:
            charged["amount_paid"] += self.minor(amount)
            charged.setdefault("status_transitions_paid_at", moment(on))
            self.settle(charged, self.minor(amount))

    def transaction(
        self, kind: str, on: str, key: str, amount: str, fee: str = "0", settled: str = "", name: str = ""
    ) -> None:
        """What the processor moves; settled is text such as '135.00 CAD'."""
        value, currency = settled.split() if settled else (amount, self.currency)
        sign = -1 if amount.startswith("-") else 1
        gross = sign * abs(int(Decimal(value).scaleb(EXPONENTS[currency])))
        self.moved(
            name or f"txn_{key}", kind, on[:10], gross,
            source=key, currency=currency.lower(), fee=int(Decimal(fee).scaleb(EXPONENTS[currency])),
        )  # fmt: skip

    def refunded(self, on: str, amount: str, settled: str = "") -> None:
        """Money goes back on the latest charge."""
        key = self.key("re", "refund")
        self.transaction("refund", on, key, f"-{amount}", settled=settled)
        self.add(
            "refund", id=key, charge_id=self.rows["stripe.charge"][-1]["id"], amount=self.minor(amount),
            currency=self.currency.lower(), created=moment(on), status="succeeded",
            balance_transaction_id=f"txn_{key}",
        )  # fmt: skip

    def disputed(self, on: str, amount: str, fee: str = "0", won: str = "") -> None:
        """A customer disputes the latest charge."""
        self.transaction("dispute", on, "dp_1", f"-{amount}", fee)
        if won:
            self.transaction("dispute_reversal", won, "dp_1", amount, name="txn_won")
        self.add(
            "dispute", id="dp_1", charge_id=self.rows["stripe.charge"][-1]["id"], amount=self.minor(amount),
            currency=self.currency.lower(), created=moment(on), status="won" if won else "needs_response",
            balance_transaction="txn_dp_1",
        )  # fmt: skip

    def noted(self, on: str, amount: str, voided: str = "", invoice: str = "") -> None:
        """A credit note on an open invoice."""
        key = self.key("cn", "credit_note")
        self.add(
            "credit_note", id=key, number=key, invoice_id=self.chosen(invoice)["id"], type="pre_payment",
            status="void" if voided else "issued", amount=self.minor(amount), subtotal=self.minor(amount),
            total=self.minor(amount), currency=self.currency.lower(), created=moment(on),
            voided_at=moment(voided) if voided else None,
        )  # fmt: skip
        if not voided:
            self.settle(self.chosen(invoice), self.minor(amount))

    def voided(self, on: str, invoice: str = "") -> None:
        self.chosen(invoice).update(status="void", status_transitions_voided_at=moment(on, 18))

    def balance(self, kind: str, on: str, amount: int, invoice: str | None) -> None:
        self.add(
            "customer_balance_transaction", id=self.key("cbtxn", "customer_balance_transaction"),
            customer_id="cus_1", invoice_id=invoice, type=kind, amount=amount,
            currency=self.currency.lower(), created=moment(on),
        )  # fmt: skip

    def granted(self, on: str, amount: str) -> None:
        """Goodwill on the customer's balance; credit is negative there."""
        self.balance("adjustment", on, -self.minor(amount), None)

    def applied(self, on: str, amount: str, invoice: str = "") -> None:
        """The customer's balance pays an invoice; a negative invoice adds to it."""
        paid = self.chosen(invoice)
        self.balance("applied_to_invoice", on, self.minor(amount), paid["id"])
        paid.update(starting_balance=-self.minor(amount), ending_balance=0)
        self.settle(paid, self.minor(amount))

    def paid_out(self, on: str, arrives: str, amount: str, fee: str = "0") -> None:
        key = self.key("po", "payout")
        self.transaction("payout", on, key, f"-{amount}", fee)
        self.add(
            "payout", id=key, amount=self.minor(amount), currency=self.currency.lower(), status="paid",
            automatic=False, created=moment(on), arrival_date=moment(arrives, 0),
            balance_transaction_id=f"txn_{key}",
        )  # fmt: skip

    def deposited(self, on: str, amount: str, quotes: str = "") -> None:
        """A line of the bank statement, with or without the payout it comes from."""
        lines = self.rows["bank_statement.statement_line"]
        lines.append({
            "statement_line_id": f"line_{len(lines) + 1:02}", "bank_account": "1",
            "posted_date": date.fromisoformat(on), "amount": Decimal(amount), "currency": self.currency,
            "description": "transfer", "reference": quotes, "source_relation": self.name,
            "_loaded_at": self.synced,
        })  # fmt: skip

    def cancelled(self, on: str) -> None:
        """The subscription ends early; no money moves."""
        self.add(
            "subscription_history", id="sub_1", customer_id="cus_1", status="canceled", created=moment(on),
            start_date=moment(on), canceled_at=moment(on), ended_at=moment(on), _fivetran_active=True,
        )  # fmt: skip


def policy_rows(examples: list[Example]) -> dict[str, list[Row]]:
    """What each example asks of the policy seeds, for its own entity and its own products only."""
    rows: dict[str, list[Row]] = {"recognition_rules": [], "policies": []}
    for example in examples:
        for product, convention in example.rules.items():
            rows["recognition_rules"].append({
                "priority": 1, "price_id": f"stripe.{example.name}:{product}", "convention": convention,
                "effective_from": "1970-01-01", "note": example.name,
            })  # fmt: skip
        for policy, choice in example.policies.items():
            rows["policies"].append({
                "policy": policy, "entity_id": example.name, "choice": choice,
                "effective_from": "1970-01-01", "approved_by": "controller", "note": example.name,
            })  # fmt: skip
        for seed, stated in example.seeds.items():
            rows.setdefault(seed, []).extend(
                {name: prefixed(example, name, value) for name, value in row.items()}
                | {"entity_id": example.name, "effective_from": "1970-01-01"}
                for row in stated
            )
    return {seed: added for seed, added in rows.items() if added}


def prefixed(example: Example, name: str, value: str) -> str:
    return f"stripe.{example.name}:{value}" if name in KEYS and value else value
