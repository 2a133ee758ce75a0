"""Plants known faults in the raw tables of a company and returns a label for each.

Only raw tables change. No two faults touch the same invoice, payout or day of fees, none lies in
the last ten days of the ledger, and the causes are the words that the reconciliation uses.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from ..fault_ledger import Tables
from ..ledger_rules import accounting_day, collector_paused
from . import absence, accounts, amounts, bank, billing, days, hand, processor, proration
from .site import Closes, Labels, Site


def parse_rates(text: str) -> dict[str, float]:
    """Return the rates in `cause=rate,cause=rate`; `none` is empty, `default` is DEFAULT_RATES.

    A rate is the share of the documents that could have the fault, 0..1. Raises ValueError with a
    one-line message for anything else.
    """
    text = text.strip()
    if text == "none":
        return {}
    if text == "default":
        return dict(DEFAULT_RATES)
    rates: dict[str, float] = {}
    for item in text.replace("\n", ",").split(","):
        cause, equals, value = (part.strip() for part in item.partition("="))
        if not item.strip():
            continue
        if not equals:
            raise ValueError(f"faults: expected cause=rate, got {item.strip()!r}")
        try:
            rates[cause] = float(value)
        except ValueError:
            raise ValueError(f"faults: the rate of {cause} is not a number: {value!r}") from None
    _check_rates(rates)
    return rates


def _check_rates(rates: dict[str, float]) -> None:
    """Raise ValueError for an unknown cause or a rate that is not a share."""
    for cause, rate in rates.items():
        if cause not in FAULTS:
            raise ValueError(f"faults: unknown cause {cause!r}; one of {', '.join(sorted(FAULTS))}")
        if not 0 <= rate <= 1:
            raise ValueError(f"faults: the rate of {cause} must be between 0 and 1")


def inject_faults(
    tables: Tables,
    rates: dict[str, float],
    seed: int,
    timezone: str = "UTC",
    closes: Closes | None = None,
) -> tuple[Tables, Labels]:
    """Return the tables with faults in them, and one label per fault.

    Each cause of `rates` gets max(1, rate x documents that could have it) faults, fewer when the
    documents run out; a rate of 0 gets none. The tables passed in stay as they are. `timezone` is
    the one of the ledger's dates, by which a day's fees are found. `closes` says when the books of
    which month were closed: without any, nothing is corrected in a closed period. A label has
    source_table, record_id, cause, amount (major units), currency and document_reference. Raises
    ValueError as `parse_rates` does.
    """
    _check_rates(rates)
    with collector_paused():
        site = Site(tables, seed, accounting_day(timezone), closes)
        for cause, plant in FAULTS.items():
            if rates.get(cause, 0) > 0:
                site.random = Random(f"{seed}:fault:{cause}")
                plant(site, rates[cause], cause)
        return {**tables, **site.changed, **site.ledger.write()}, site.labels


FAULTS: dict[str, Callable[[Site, float, str], None]] = {
    "recognition_not_recorded": absence.drop_recognition,
    "opening_balance": hand.opening_balance,
    "cancellation_not_recorded": hand.cancellation_not_recorded,
    "duplicate_expected": billing.duplicate_expected,
    "proration": proration.prorated_otherwise,
    "customer_balance_not_recorded": absence.drop_customer_balance,
    "payment_marked_paid_without_charge": processor.unbacked_charge,
    "charge_without_invoice": processor.charge_without_invoice,
    "dispute_not_recorded": absence.drop_dispute,
    "processor_movement_not_recorded": absence.drop_movement,
    "write_off_not_recorded": absence.drop_write_off,
    "refund_not_recorded": absence.drop_refund,
    "credit_note_not_recorded": absence.drop_credit_note,
    "closed_period_correction": days.closed_period_correction,
    "payout_in_transit": bank.payout_in_transit,
    "payout_not_recorded": absence.drop_payout,
    "payout_not_received": bank.lose_deposit,
    "external_payment_not_received": bank.lose_transfer,
    "payout_returned": bank.send_back,
    "unknown_currency": bank.overwrite_currency,
    "fee_not_recorded": absence.drop_fees,
    "fx_timing": amounts.other_rate,
    "currency_not_converted": amounts.unconverted,
    "fee_not_stripped": amounts.keep_fee,
    "partial_payment": amounts.half_paid,
    "tax_in_revenue": accounts.tax_in_revenue,
    "recognised_on_invoice_date": accounts.recognised_on_invoice_date,
    "wrong_account": accounts.wrong_account,
    "wrong_customer": accounts.wrong_customer,
    "payment_not_recorded": absence.drop_payment,
    "transposed_digits": amounts.transpose,
    "rounding": amounts.round_off,
    "cut_off": days.cut_off,
    "decimal_slip": amounts.slip_decimal,
    "sign_flipped": amounts.flip_sign,
    "duplicate_recorded": days.duplicate,
    "reversed_in_ledger": days.reversed_in_ledger,
    "invoice_not_recorded": absence.drop_invoice,
    "unmapped_customer": hand.unmapped_customer,
    "manual_journal": hand.manual_journal,
    "unmapped_account": accounts.unmapped_account,
    "unexplained_deposit": bank.unexplained_line,
    "unexplained_withdrawal": bank.unexplained_line,
    "unknown": amounts.garble,
}
"""How each cause is planted, those with the fewest documents first."""

DEFAULT_RATES: dict[str, float] = {
    "recognition_not_recorded": 0.01,
    "opening_balance": 1,
    "cancellation_not_recorded": 0.1,
    "duplicate_expected": 0.1,
    "proration": 0.1,
    "customer_balance_not_recorded": 0.03,
    "payment_marked_paid_without_charge": 0.004,
    "charge_without_invoice": 0.004,
    "dispute_not_recorded": 0.05,
    "processor_movement_not_recorded": 0.02,
    "write_off_not_recorded": 0.05,
    "refund_not_recorded": 0.03,
    "credit_note_not_recorded": 0.03,
    "closed_period_correction": 0.002,
    "payout_in_transit": 0.004,
    "payout_not_recorded": 0.004,
    "payout_not_received": 0.006,
    "external_payment_not_received": 0.05,
    "payout_returned": 0.004,
    "unknown_currency": 0.004,
    "fee_not_recorded": 0.008,
    "fx_timing": 0.008,
    "currency_not_converted": 0.005,
    "fee_not_stripped": 0.004,
    "partial_payment": 0.004,
    "tax_in_revenue": 0.004,
    "recognised_on_invoice_date": 0.004,
    "wrong_account": 0.002,
    "wrong_customer": 0.004,
    "payment_not_recorded": 0.004,
    "transposed_digits": 0.003,
    "rounding": 0.003,
    "cut_off": 0.002,
    "decimal_slip": 0.0015,
    "sign_flipped": 0.0015,
    "duplicate_recorded": 0.002,
    "reversed_in_ledger": 0.002,
    "invoice_not_recorded": 0.003,
    "unmapped_customer": 0.02,
    "manual_journal": 0.0005,
    "unmapped_account": 0.0005,
    "unexplained_deposit": 0.004,
    "unexplained_withdrawal": 0.004,
    "unknown": 0.004,
}
"""Share of the documents that could have a fault which do; about 3 % of all documents together."""
