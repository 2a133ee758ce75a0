"""Examples published by others: one company each, all in one build, every printed figure compared.

docs/conformance.md shows them side by side; what the comparison means is stated there.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

import pytest
from conftest import DbtRun
from example_companies import Example, policy_rows
from tiny_companies import build_companies
from write_conformance import PAGE, Case, Figures, counts, page, read_cases

CASES = read_cases()
RUN = [case for case in CASES if case.is_run]
OWN_SIDE_IS_CREDIT = ("revenue", "deferred_revenue", "tax_payable", "customer_balance", "recoverables")

# Each gives entity, measure, month or day, debits less credits, and the power of ten of their unit.
MEASURES = [
    """
    select entity_id, account_role, strftime(month_start, '%Y-%m'),
        expected_debit_amount - expected_credit_amount, 0
    from rpt_trial_balance
    """,
    """
    select entity_id, account_role || ' balance', strftime(month_start, '%Y-%m'), expected_balance, 0
    from rpt_trial_balance
    """,
    """
    select entries.entity_id, entries.account_role, strftime(entries.entry_date, '%Y-%m-%d'),
        sum(entries.functional_amount_minor), currencies.exponent
    from int_expected_entries as entries
    inner join currencies on entries.functional_currency_code = currencies.currency_code
    group by 1, 2, 3, currencies.exponent
    """,
    """
    select entries.entity_id, entries.account_role || ' by ' || entries.event_type,
        strftime(entries.entry_date, '%Y-%m'),
        sum(entries.functional_amount_minor), currencies.exponent
    from int_expected_entries as entries
    inner join currencies on entries.functional_currency_code = currencies.currency_code
    group by 1, 2, 3, currencies.exponent
    """,
    """
    select entity_id, 'line ' || cast(substr(source_record_id, 4) as int),
        strftime(month_start, '%Y-%m'), recognised_amount, 0
    from fct_recognition_schedule
    """,
    """
    select items.entity_id, items.leg || ' matched ' || items.document_reference,
        strftime(items.item_date, '%Y-%m'), count(*), 0
    from int_items as items
    inner join int_item_statuses as statuses on items.item_id = statuses.item_id
    where items.side = 'expected' and items.leg in ('bank', 'processor') and statuses.status = 'matched'
    group by 1, 2, 3
    """,
]
# One tolerance for a leg, so each percentage that is published has a leg of its own.
TOLERANCES = [
    {
        "leg": leg, "tier": 3, "rule": "tolerance", "is_enabled": "true", "amount_tolerance_minor": 1_000_000,
        "amount_tolerance_bps": basis_points, "date_window_days": 3, "confidence": "confirmed",
    }
    for leg, basis_points in [("bank", 100), ("processor", 50)]
]  # fmt: skip


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """One build of all examples, up to the marts that are compared."""
    examples = [Example(part) for case in RUN for part in case.parts]
    return build_companies(
        tmp_path_factory.mktemp("conformance"),
        examples,
        sorted({rate for example in examples for rate in example.rates}),
        {**policy_rows(examples), "matching_rules": TOLERANCES},
        select=("+fct_recognition_schedule", "+rpt_trial_balance", "+int_item_statuses"),
    )


@pytest.fixture(scope="module")
def figures(books: DbtRun) -> dict[str, Figures]:
    """Every figure of every company, in the own direction of its account; what never moved is 0."""
    found: dict[str, Figures] = defaultdict(lambda: defaultdict(Decimal))
    for sql in MEASURES:
        for entity, measure, period, value, exponent in books.query(sql):
            amount = Decimal(value).scaleb(-exponent)
            if measure.split(" ")[0] in OWN_SIDE_IS_CREDIT:
                amount = -amount
            found[entity][measure, period] += amount
            if len(period) == len("2019-01") and not measure.endswith(" balance"):
                found[entity][measure, "total"] += amount
    for company in found.values():
        company["used", "total"] = company["voids", "total"]
        company["unused", "total"] = -company["deferred_revenue by invoice_voided", "total"]
    return found


@pytest.mark.parametrize("case", RUN, ids=[case.id for case in RUN])
def test_an_example_gives_what_is_stated(figures: dict[str, Figures], case: Case) -> None:
    known = {measure.split(" ")[0] for company in figures.values() for measure, _ in company}
    wrong = {
        (part.name, *key): f"{figures[part.name][key]}, stated {amount}"
        for part in case.parts
        for key, amount in part.expected.items()
        if figures[part.name][key] != amount or key[0].split(" ")[0] not in known
    }
    assert not wrong


def test_every_company_is_booked_and_balances(books: DbtRun) -> None:
    """An example that was not booked at all would agree with every 0 that its source prints."""
    booked = dict(books.query("select entity_id, sum(amount_minor) from int_expected_entries group by 1"))
    assert set(booked) == {part.name for case in RUN for part in case.parts}
    assert not any(booked.values())


def test_both_currencies_of_a_schedule_agree_where_they_are_one(books: DbtRun) -> None:
    """The trial balance is in functional currency; this holds the amounts of the contract to it."""
    assert not books.query(
        "select obligation_id, month_start from fct_recognition_schedule"
        " where currency_code = functional_currency_code and ("
        " recognised_amount is distinct from recognised_functional_amount"
        " or contra_amount is distinct from contra_functional_amount"
        " or deferred_amount is distinct from deferred_functional_amount)"
    )


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_an_example_says_what_it_must(case: Case) -> None:
    """A difference is real and has a reason; what is not compared says why."""
    assert {"source", "topic"} <= set(case.text)
    told = {"out of scope", "inconsistent source"} & set(case.text)
    assert len(told) == (not case.parts), "either figures to compare or the reason why there are none"
    differs = any(part.ours for part in case.parts)
    assert differs == ("because" in case.text), "figures of our own and `because` go together"
    same = [key for part in case.parts for key in part.ours if part.theirs.get(key) == part.ours[key]]
    assert not same, f"not a difference: {same}"


def test_ids_are_unique() -> None:
    assert len({case.id for case in CASES}) == len(CASES)


def test_the_page_is_what_the_examples_say() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(CASES), "run scripts/write_conformance.py"


def test_at_least_sixty_examples_are_in_scope(capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        print(f"\n{counts(CASES)}")
    assert len(RUN) >= 60
