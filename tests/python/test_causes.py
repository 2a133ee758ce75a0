"""Every cause of seeds/policy/causes.csv is proven by a unit test, and kept apart by another.

Read from the repository alone, without running dbt: that the unit tests pass is proven by dbt. A cause
that nobody can cause, or that nothing distinguishes from its neighbours, is a word and not a finding.
"""

from __future__ import annotations

import csv
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
POLICY = ROOT / "seeds" / "policy"
BREAKS = ROOT / "models" / "intermediate" / "breaks"

# By cause: a situation that resembles it and is something else.
NEAR_MISSES = {
    "duplicate_recorded": "a_posting_of_another_amount_is_no_duplicate",
    "duplicate_expected": "the_same_amount_of_another_customer_is_no_copy",
    "reversed_in_ledger": "half_of_a_posting_taken_back_is_not_reversed",
    "sign_flipped": "another_amount_with_the_other_sign_is_not_sign_flipped",
    "currency_not_converted": "a_converted_amount_is_not_currency_not_converted",
    "proration": "a_link_by_reference_alone_is_not_proration",
    "transposed_digits": "a_difference_divisible_by_nine_with_other_digits_is_not_transposed",
    "decimal_slip": "seven_times_the_amount_is_no_decimal_slip",
    "fee_not_stripped": "a_difference_that_is_not_the_fee_is_not_fee_not_stripped",
    "tax_in_revenue": "the_net_missing_without_tax_missing_is_not_tax_in_revenue",
    "wrong_customer": "the_same_customer_on_the_document_is_not_wrong_customer",
    "recognised_on_invoice_date": "a_credit_note_that_debits_revenue_is_wrong_account",
    "wrong_account": "another_amount_on_another_account_proves_nothing",
    "unmapped_account": "another_amount_on_an_account_without_a_role_proves_nothing",
    "rounding": "three_minor_units_are_not_rounding",
    "fx_timing": "a_rate_that_explains_one_line_of_two_is_a_coincidence",
    "partial_payment": "more_than_was_paid_is_not_partial",
    "closed_period_correction": "what_comes_before_the_close_is_no_correction",
    "cut_off": "a_difference_in_another_month_is_not_cut_off",
    "charge_without_invoice": "a_payout_the_processor_calls_paid_is_not_in_transit",
    "refund_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "credit_note_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "dispute_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "write_off_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "cancellation_not_recorded": "an_invoice_while_a_subscription_runs_is_no_missed_cancellation",
    "invoice_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "payment_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "fee_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "payout_in_transit": "a_payout_the_processor_calls_paid_is_not_in_transit",
    "payout_not_received": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "external_payment_not_received": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "payout_returned": "a_second_deposit_of_a_payout_is_not_its_return",
    "unexplained_deposit": "money_out_is_no_deposit_that_nobody_explains",
    "unexplained_withdrawal": "a_second_deposit_of_a_payout_is_not_its_return",
    "payment_marked_paid_without_charge": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "payout_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "processor_movement_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "customer_balance_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "recognition_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "opening_not_recorded": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "reference_missing": "a_link_by_reference_misses_no_reference",
    "opening_balance": "a_payout_the_processor_calls_paid_is_not_in_transit",
    "manual_journal": "what_is_linked_is_neither_missing_nor_made_by_hand",
    "unmapped_customer": "a_posting_without_a_contact_is_not_unmapped_customer",
    "currency_different": "a_finding_says_nothing_of_other_events_legs_companies_and_documents",
    "still_open_in_billing": "a_finding_says_nothing_of_other_events_legs_companies_and_documents",
    "duplicate_charge": "a_finding_says_nothing_of_other_events_legs_companies_and_documents",
    "refund_outside_billing": "a_finding_says_nothing_of_other_events_legs_companies_and_documents",
    "dispute_outside_billing": "a_finding_says_nothing_of_other_events_legs_companies_and_documents",
    "mapping_missing": "what_no_finding_calls_a_cause_is_named_by_the_side_that_is_missing",
    "stale_agreement": "what_no_finding_calls_a_cause_is_named_by_the_side_that_is_missing",
    "unbilled_service": "what_the_sides_agree_on_is_neither_of_the_causes_of_one_side",
    "billed_not_used": "what_the_sides_agree_on_is_neither_of_the_causes_of_one_side",
    "quantity_mismatch": "what_the_sides_agree_on_is_neither_of_the_causes_of_one_side",
    "price_mismatch": "what_a_finding_calls_a_cause_is_the_cause_in_usage",
    "price_below_cost": "what_the_sides_agree_on_is_neither_of_the_causes_of_one_side",
    "unknown": "the_evidence_of_lowest_precedence_is_the_cause",
}


@lru_cache(maxsize=None)
def causes() -> dict[str, dict[str, str]]:
    """The rows of causes.csv by cause."""
    with (POLICY / "causes.csv").open(encoding="utf-8", newline="") as lines:
        return {row["cause"]: row for row in csv.DictReader(lines)}


@lru_cache(maxsize=None)
def unit_tests() -> dict[str, dict[str, Any]]:
    """The unit tests of the folder by name."""
    files = sorted(BREAKS.glob("_breaks__unit_tests*.yml"))
    entries = [yaml.safe_load(path.read_text(encoding="utf-8"))["unit_tests"] for path in files]
    return {entry["name"]: entry for tests in entries for entry in tests}


def expected_causes(entry: dict[str, Any]) -> set[str]:
    """The causes that the expectation of a unit test names."""
    return {row["cause"] for row in entry["expect"]["rows"] or [] if "cause" in row}


def proofs(cause: str) -> dict[str, str]:
    """Unit tests of evidence models that expect a cause: {name: model}."""
    return {
        name: entry["model"]
        for name, entry in unit_tests().items()
        if entry["model"].startswith("int_break_evidence_by_") and cause in expected_causes(entry)
    }


@pytest.mark.parametrize("cause", sorted(causes()))
def test_a_cause_occurs_in_the_expectation_of_a_unit_test(cause):
    assert proofs(cause), f"no unit test of an int_break_evidence_by_ model expects {cause}"


@pytest.mark.parametrize("cause", sorted(causes()))
def test_a_cause_is_kept_apart_from_what_resembles_it(cause):
    name = NEAR_MISSES.get(cause)
    assert name, f"name a unit test in NEAR_MISSES that resembles {cause} and is something else"
    entry = unit_tests().get(name)
    assert entry, f"{name} is no unit test of {BREAKS.name}"
    assert cause not in expected_causes(entry), f"{name} expects {cause} itself"
    models = {*proofs(cause).values(), "int_break_causes"}
    assert entry["model"] in models, f"{name} tests {entry['model']}, which never says {cause}"


def test_every_near_miss_is_of_a_cause():
    assert set(NEAR_MISSES) == set(causes())


def test_every_brace_of_an_action_is_filled_in():
    model = (BREAKS / "int_suggested_actions.sql").read_text(encoding="utf-8")
    known = set(re.findall(r"^ +'(\w+)': ", model, re.MULTILINE))
    used = {
        brace
        for row in causes().values()
        for column in ("suggested_action", "action_outside_ledger")
        for brace in re.findall(r"\{(\w+)\}", row[column])
    }
    assert used == known, f"never filled in: {sorted(used - known)}; never used: {sorted(known - used)}"


def test_what_the_same_evidence_satisfies_is_tried_in_the_right_order():
    precedence = {cause: int(row["precedence"]) for cause, row in causes().items()}
    pairs = [
        ("closed_period_correction", "cut_off"),
        ("recognised_on_invoice_date", "wrong_account"),
        ("tax_in_revenue", "wrong_account"),
        ("unmapped_account", "payment_not_recorded"),
        ("duplicate_expected", "credit_note_not_recorded"),
        ("currency_not_converted", "decimal_slip"),
        ("proration", "rounding"),
        ("fee_not_stripped", "partial_payment"),
        ("payout_in_transit", "payout_not_received"),
        ("payout_returned", "unexplained_withdrawal"),
        ("opening_balance", "unexplained_deposit"),
        ("charge_without_invoice", "payment_marked_paid_without_charge"),
        ("duplicate_charge", "payment_marked_paid_without_charge"),
        ("currency_different", "charge_without_invoice"),
        ("still_open_in_billing", "charge_without_invoice"),
        ("opening_balance", "manual_journal"),
        ("cancellation_not_recorded", "manual_journal"),
    ]
    wrong = [f"{first} before {second}" for first, second in pairs if precedence[first] >= precedence[second]]
    assert not wrong, wrong
    assert max(precedence, key=precedence.__getitem__) == "unknown"
