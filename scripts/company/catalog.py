"""What the company sells and to whom: products, prices, coupons, countries, tax rates and invented names."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any, NamedTuple

CURRENCIES = ("usd", "eur", "gbp", "jpy")
CURRENCY_CYCLE = ("usd", "eur", "usd", "gbp", "usd", "jpy", "eur", "usd", "eur", "usd")
SETTLEMENT = {"usd": "usd", "eur": "eur", "gbp": "usd", "jpy": "usd"}
MINOR_FACTOR = {"usd": 100, "eur": 100, "gbp": 100, "jpy": 1}
MINIMUM_CHARGE = {"usd": 50, "eur": 50, "gbp": 30, "jpy": 50}
COUNTRIES = {"usd": ("US", "US", "CA"), "eur": ("DE", "FR", "NL"), "gbp": ("GB",), "jpy": ("JP",)}
TAX_BASIS_POINTS = {"US": 0, "CA": 500, "DE": 1900, "FR": 2000, "NL": 2100, "GB": 2000, "JP": 1000}

PLANS = ("Starter", "Growth", "Scale")
SEAT_PRICES = {
    "Starter": {"usd": 1900, "eur": 1800, "gbp": 1500, "jpy": 2600},
    "Growth": {"usd": 4900, "eur": 4500, "gbp": 3900, "jpy": 6900},
    "Scale": {"usd": 9900, "eur": 9200, "gbp": 7900, "jpy": 13900},
}
SUPPORT_PRICES = {"usd": 12500, "eur": 11500, "gbp": 9900, "jpy": 17500}
ONBOARDING_PRICES = {"usd": 60000, "eur": 55000, "gbp": 48000, "jpy": 85000}
USAGE_TENTHS = {"usd": 4, "eur": 4, "gbp": 3, "jpy": 6}
ANNUAL_MONTHS_CHARGED = 10

_HEADS = ("Quill", "Bram", "Fenn", "Otter", "Larch", "Mossel", "Tarn", "Pell", "Wick", "Corrie",
          "Hask", "Dunnel", "Sable", "Orrin", "Keld", "Yarrow", "Thist", "Marl", "Ember", "Vole")
_TAILS = ("moss", "wick", "haven", "ridge", "loom", "field", "stead", "brook", "gate", "holt",
          "crest", "lane", "mere", "shaw", "thorpe", "well", "den", "ford", "cairn", "fold")
_FORMS = {"US": "Inc", "CA": "Inc", "DE": "GmbH", "FR": "SARL", "NL": "BV", "GB": "Ltd", "JP": "KK"}


class Coupon(NamedTuple):
    """A discount; `percent` 0..100 or `amount_off` in minor units of `currency`, the other one None."""

    id: str
    name: str
    percent: int | None
    amount_off: int | None
    currency: str | None
    duration: str
    months: int


COUPONS = (
    Coupon("WELCOME10", "Welcome 10 percent", 10, None, None, "once", 1),
    Coupon("SPRING20", "Spring 20 percent", 20, None, None, "repeating", 3),
    Coupon("START-USD", "Start credit USD", None, 2500, "usd", "once", 1),
    Coupon("START-EUR", "Start credit EUR", None, 2000, "eur", "once", 1),
    Coupon("START-GBP", "Start credit GBP", None, 1500, "gbp", "once", 1),
    Coupon("START-JPY", "Start credit JPY", None, 1200, "jpy", "once", 1),
)


def amount_coupon(currency: str) -> Coupon:
    """The one-off amount coupon of a currency."""
    return COUPONS[2 + CURRENCIES.index(currency)]


def price_id(name: str, interval: str, currency: str) -> str:
    """Price id such as `price_1GrowthYearEur`; the same in every generated company."""
    return f"price_1{name}{interval.capitalize()}{currency.capitalize()}"


def seat_price(plan: str, interval: str, currency: str) -> int:
    """Price of one seat for one interval, minor units."""
    monthly = SEAT_PRICES[plan][currency]
    return monthly * ANNUAL_MONTHS_CHARGED if interval == "year" else monthly


def customer_name(index: int, country: str) -> str:
    """An invented company name, different for every index."""
    number, head = divmod(index * 7 + 3, len(_HEADS))
    number, tail = divmod(number, len(_TAILS))
    suffix = f" {number + 1}" if number else ""
    return f"{_HEADS[head]}{_TAILS[(tail + head * 3) % len(_TAILS)]}{suffix} {_FORMS[country]}"


def customer_country(rng: Random, currency: str) -> str:
    """A country that uses the currency."""
    choices = COUNTRIES[currency]
    return choices[int(rng.random() * len(choices))]


def product_rows(created: int, synced: int) -> list[tuple[Any, ...]]:
    """Rows of stripe.product, one of them in test mode."""
    names = [*PLANS, "Support", "Onboarding", "Calls"]
    rows = [(f"prod_1{name}", name, True, created, True, False, synced) for name in names]
    return [*rows, ("prod_1Sandbox", "Sandbox", True, created, False, False, synced)]


def _price_row(
    name: str, interval: str | None, currency: str, unit: Decimal, usage: str | None, created: int, synced: int
) -> tuple[Any, ...]:
    """One row of stripe.price; `unit` in minor units, fractional for metered prices."""
    whole = int(unit) if unit == int(unit) else None
    kind = "recurring" if interval else "one_time"
    nickname = f"{name} {interval or 'once'} {currency}"
    return (price_id(name, interval or "once", currency), f"prod_1{name}", currency, whole, unit, nickname,
            kind, interval, 1 if interval else None, usage, True, created, name != "Sandbox", False, synced)


def price_rows(created: int, synced: int) -> list[tuple[Any, ...]]:
    """Rows of stripe.price in all four currencies, one of them in test mode."""
    rows = []
    for code in CURRENCIES:
        for plan in PLANS:
            for interval in ("month", "year"):
                unit = Decimal(seat_price(plan, interval, code))
                rows.append(_price_row(plan, interval, code, unit, "licensed", created, synced))
        support, onboarding = Decimal(SUPPORT_PRICES[code]), Decimal(ONBOARDING_PRICES[code])
        rows.append(_price_row("Support", "month", code, support, "licensed", created, synced))
        rows.append(_price_row("Onboarding", None, code, onboarding, None, created, synced))
        usage_unit = Decimal(USAGE_TENTHS[code]) / 10
        rows.append(_price_row("Calls", "month", code, usage_unit, "metered", created, synced))
    rows.append(_price_row("Sandbox", "month", "usd", Decimal(100), "licensed", created, synced))
    return rows


def coupon_rows(redeemed: dict[str, int], created: int, synced: int) -> list[tuple[Any, ...]]:
    """Rows of stripe.coupon with the number of redemptions."""
    return [
        (c.id, c.name, c.amount_off, None if c.percent is None else Decimal(c.percent), c.currency, c.duration,
         c.months if c.duration == "repeating" else None, True, redeemed.get(c.id, 0), created, True, synced)
        for c in COUPONS
    ]
