"""Random lives of contracts, booked twice: by the models from raw rows, by the oracle from the life.

Every figure must agree to the minor unit: what each line earns, gives back and still owes in each
month, in both currencies, and what each account role moves. One build holds all companies, each with
policies of its own. The oracle itself is held to the published check values and to the identities.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

import pytest
from conftest import DbtRun, run_dbt
from contract import Event, Invoice, Life, Line
from hypothesis import HealthCheck, Phase, given, settings
from lives import (
    ALWAYS,
    AS_OF,
    POLICIES,
    RATES,
    Contract,
    company_of,
    contracts,
    landed_rates,
    scattered_contracts,
)
from oracle import AR, DEFERRED, Books, next_month
from tiny_companies import build_companies

LIVES = 1000
LEAST_SCHEDULE_LINES = 50_000
ORACLE = Path(__file__).with_name("oracle.py")


# --- small lives -----------------------------------------------------------------------------------


def noon(day: str) -> datetime:
    return datetime.fromisoformat(day).replace(hour=12)


def line(key: str, amount: int, first: str, end: str, convention: str = "daily") -> Line:
    return Line(key, amount, datetime.fromisoformat(first), datetime.fromisoformat(end), convention)


def happened(day: str, kind: str, of: str = "in_1", amount: int = 0, key: str = "", **more) -> Event:
    return Event(noon(day), kind, key or f"{kind}_{day}", of, amount, **more)


def life(lines: list[Line], *events: Event, booked: str = "2023-01-01", **more) -> Life:
    """One invoice, in_1, and what happened to it."""
    known = {"currency": "USD", "as_of": AS_OF, "rates": RATES, **more}
    tax = known.pop("tax", 0)
    return Life(invoices=(Invoice("in_1", noon(booked), tuple(lines), 0, tax),), events=events, **known)


QUARTER = [line("il_1", 9000, "2023-01-01", "2023-04-01")]
CHANGED_QUARTER = [
    line("il_1", -6000, "2023-01-01", "2023-04-01"),
    line("il_2", 9000, "2023-01-01", "2023-04-01"),
]
CHARGE = happened("2023-02-02", "payment", amount=9000, key="ch_1")
VOID = happened("2023-02-01", "voided")
# Each of these was booked wrongly once, by the models or by a reading of the rules.
ONCE_WRONG = {
    "a refund of a charge on a void invoice is the customer's own money": life(
        QUARTER, VOID, CHARGE, happened("2023-02-03", "refund", "ch_1", 9000)
    ),
    "a dispute of a charge on a void invoice takes nothing from its lines": life(
        QUARTER, VOID, CHARGE, happened("2023-02-03", "dispute", "ch_1", 9000)
    ),
    "the part of a void invoice that the balance had paid stays with its lines": life(
        QUARTER, happened("2022-12-01", "granted", "", 1000), happened("2023-01-01", "applied", amount=1000),
        VOID, CHARGE, happened("2023-02-03", "refund", "ch_1", 9000),
    ),
    "all of a charge on a void invoice is the customer's own money, whatever was due": life(
        QUARTER, VOID, happened("2023-02-02", "payment", amount=12000)
    ),
    "a charge on an invoice written off and then void recovers nothing": life(
        QUARTER, happened("2023-01-15", "uncollectible"), VOID, CHARGE
    ),
    "an invoice of nothing in a foreign currency leaves no cent to receive": life(
        [
            line(f"il_{number}", amount, "2023-01-01", "2023-04-01")
            for number, amount in enumerate([-100, 5, 95], start=1)
        ],
        currency="JPY",
    ),
    "a loss recovered in thirds is recovered to the cent": life(
        QUARTER, happened("2023-02-01", "uncollectible"),
        *(happened(f"2023-04-0{number}", "payment", amount=3000) for number in (1, 2, 3)),
    ),
    "a negative loss is recovered to the cent": life(
        [line("il_1", -6000, "2023-01-01", "2023-01-11"), line("il_2", 9000, "2023-02-01", "2023-03-01")],
        happened("2023-02-01", "uncollectible"), happened("2023-04-01", "payment", amount=3000),
    ),
    "an accrual stops with its subscription": life(
        [line("il_1", 36500, "2022-09-07", "2023-09-07")], happened("2022-09-12", "cancelled", ""),
        booked="2022-10-22", policies=(
            ("cancellation_treatment", "stop_at_cancellation", ALWAYS), ("catch_up", "off", ALWAYS),
        ),
    ),
    "what deferred took first returns to deferred": life(
        CHANGED_QUARTER, happened("2023-01-01", "payment", amount=3000, key="ch_1"),
        happened("2023-02-01", "refund", "ch_1", 3000),
        happened("2023-02-02", "note", amount=3000, lines=(("il_2", 3000),), outside=3000),
        policies=(("reduction_split", "deferred_first", ALWAYS),),
    ),
    "what a write-off took of a line returns to deferred with a note on another": life(
        CHANGED_QUARTER,
        happened("2023-02-01", "uncollectible"), happened("2023-02-02", "payment", amount=3000),
        happened("2023-02-03", "note", amount=3000, lines=(("il_2", 3000),), outside=3000),
        policies=(("reduction_split", "deferred_first", ALWAYS),),
    ),
}  # fmt: skip


# --- the two sides ---------------------------------------------------------------------------------


def draw(count: int) -> list[Contract]:
    """Different lives, the same in every run."""
    found: list[Contract] = []

    @settings(
        max_examples=count, derandomize=True, database=None, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(scattered_contracts())
    def remember(contract: Contract) -> None:
        found.append(contract)

    remember()
    return found


@dataclass
class Figures:
    """The figures of one company: {(line, month): six amounts} and {(role, month): amount} twice."""

    schedule: dict = field(default_factory=dict)
    functional: dict = field(default_factory=dict)
    own_currency: dict = field(default_factory=dict)


def expected_of(contract: Contract) -> Figures:
    books = Books(contract.life)
    known = {key: amount for key, amount in books.moved_in_currency.items() if key[0] in (AR, DEFERRED)}
    return Figures(books.schedule, books.moved, known)


def built_figures(build: DbtRun) -> dict[str, Figures]:
    """The same figures from the models, by company."""
    found: dict[str, Figures] = defaultdict(Figures)
    for company, of_line, month, *amounts in build.query(
        "select entity_id, source_record_id, month_start,"
        " recognised_amount_minor, contra_amount_minor, deferred_amount_minor,"
        " recognised_functional_amount_minor, contra_functional_amount_minor,"
        " deferred_functional_amount_minor from int_recognition_by_month"
    ):
        found[company].schedule[of_line, month] = tuple(amounts)
    for company, role, month, functional, own in build.query(
        "select entity_id, account_role, cast(date_trunc('month', entry_date) as date) as month_start,"
        " cast(sum(functional_amount_minor) as bigint), cast(sum(amount_minor) as bigint)"
        " from int_expected_entries group by entity_id, account_role, month_start"
    ):
        found[company].functional[role, month] = functional
        if role in (AR, DEFERRED):
            found[company].own_currency[role, month] = own
    return found


def differences(expected: Figures, built: Figures) -> list[str]:
    """One line of text for each figure that differs.

    An account without a figure did not move; a line without one did not either and is owed as before.
    """
    found, before = [], {}
    for key in sorted(expected.schedule.keys() | built.schedule.keys()):
        still = [(0, 0, last[2], 0, 0, last[5]) for last in before.get(key[0], [(0,) * 6] * 2)]
        one, other = expected.schedule.get(key, still[0]), built.schedule.get(key, still[1])
        before[key[0]] = one, other
        if one != other:
            found.append(f"{key[0]} in {key[1]:%Y-%m}: oracle {one}, models {other}")
    for name in ("functional", "own_currency"):
        ours, theirs = getattr(expected, name), getattr(built, name)
        for key in sorted(ours.keys() | theirs.keys()):
            one, other = ours.get(key, 0), theirs.get(key, 0)
            if one != other:
                found.append(f"{key[0]} ({name}) in {key[1]:%Y-%m}: oracle {one}, models {other}")
    return found


def told(contract: Contract) -> tuple[int, int]:
    """How much there is to read in a life."""
    lines = sum(len(invoice.lines) for invoice in contract.life.invoices)
    return len(contract.life.events) + lines, len(contract.life.policies)


@pytest.fixture(scope="module")
def companies() -> dict[str, Contract]:
    drawn = {f"life_{number:04d}": contract for number, contract in enumerate(draw(LIVES))}
    known = enumerate(ONCE_WRONG.values())
    return drawn | {f"known_{number}": Contract(story, "UTC") for number, story in known}


@pytest.fixture(scope="module")
def build(companies: dict[str, Contract], tmp_path_factory: pytest.TempPathFactory) -> DbtRun:
    """All companies in one build of the whole project."""
    landed = [company_of(name, contract) for name, contract in companies.items()]
    return build_companies(tmp_path_factory.mktemp("lives"), landed, landed_rates())


@pytest.fixture(scope="module")
def figures(build: DbtRun) -> dict[str, Figures]:
    return built_figures(build)


# --- both sides agree ------------------------------------------------------------------------------


@pytest.mark.dbt
@pytest.mark.slow
def test_every_figure_of_every_life_is_what_the_oracle_says(
    companies: dict[str, Contract], figures: dict[str, Figures], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong, lines = [], 0
    for name, contract in companies.items():
        expected = expected_of(contract)
        lines += len(expected.schedule)
        found = differences(expected, figures[name])
        if found:
            wrong.append((told(contract), name, contract, found))
    with capsys.disabled():
        print(f"\n{len(companies)} lives, {lines} schedule lines, {len(wrong)} lives with a difference")
    wrong.sort(key=lambda life_of: life_of[:2])
    shown = ["\n".join([name, contract.script(), *found[:20]]) for _, name, contract, found in wrong[:3]]
    assert not wrong, "the smallest lives that differ:\n\n" + "\n\n".join(shown)
    assert lines >= LEAST_SCHEDULE_LINES


@pytest.mark.dbt
@pytest.mark.slow
def test_the_controls_hold_on_random_lives(build: DbtRun) -> None:
    """The controls and the keys of the project on books that nobody made up to please them."""
    kinds = ("test_type:singular", "test_name:unique", "test_name:unique_by")
    run = run_dbt(build.project, "test", "--select", *kinds, variables={"demo": False})
    assert len(run.statuses) > 700
    assert run.success, "\n".join(run.messages[-40:])


@pytest.mark.dbt
@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(ONCE_WRONG)), ids=list(ONCE_WRONG))
def test_what_was_wrong_once_is_right(
    number: int, companies: dict[str, Contract], figures: dict[str, Figures]
) -> None:
    name = f"known_{number}"
    assert not differences(expected_of(companies[name]), figures[name])


def test_every_policy_and_every_kind_of_event_is_lived_through() -> None:
    drawn = draw(LIVES)
    kinds = {event.kind for contract in drawn for event in contract.life.events}
    assert kinds == {
        "payment", "paid_outside", "applied", "granted", "note", "note_voided", "voided", "uncollectible",
        "refund", "refund_failed", "dispute", "dispute_won", "dispute_lost", "cancelled",
    }  # fmt: skip
    chosen = {policy[:2] for contract in drawn for policy in contract.life.policies}
    assert chosen == {(policy, choice) for policy, choices in POLICIES.items() for choice in choices}


# --- the oracle by itself --------------------------------------------------------------------------

BY_ITSELF = settings(
    max_examples=200, derandomize=True, database=None, deadline=None,
    suppress_health_check=list(HealthCheck),
)  # fmt: skip


@BY_ITSELF
@given(contracts())
def test_the_books_of_the_oracle_balance(contract: Contract) -> None:
    """Identity 8, and with it 1: every month's debits are its credits."""
    moved = Books(contract.life).moved
    for month in {month for _, month in moved}:
        assert sum(amount for (_, at), amount in moved.items() if at == month) == 0


@BY_ITSELF
@given(contracts())
def test_an_obligation_of_the_oracle_is_recognised_in_full(contract: Contract) -> None:
    """Identity 2: what was earned and not given back, and what is owed, is what is left of the line."""
    books = Books(contract.life)
    for bill in books.bills.values():
        for owed in bill.obligations:
            rows = [row for (key, _), row in sorted(books.schedule.items()) if key == owed.line.key]
            for side in (0, 3):
                in_force = owed.net[side // 3] - sum(effect.net[side // 3] for effect in owed.effects)
                earned = sum(row[side] - row[side + 1] for row in rows)
                assert earned + rows[-1][side + 2] == in_force
                assert owed.stopped or rows[-1][side + 2] == 0


@BY_ITSELF
@given(contracts())
def test_the_deferred_account_of_the_oracle_is_its_schedule(contract: Contract) -> None:
    """Identity 3: what moved on the account to date is the deferred balance of all lines."""
    books = Books(contract.life)
    for moved, side in ((books.moved_in_currency, 2), (books.moved, 5)):
        month = date(2021, 1, 1)
        while month <= AS_OF:
            month = next_month(month)
            account = sum(amount for (role, at), amount in moved.items() if role == DEFERRED and at < month)
            lasts: dict[str, int] = {}
            for (key, at), row in sorted(books.schedule.items(), key=lambda known: known[0][1]):
                if at < month:
                    lasts[key] = row[side]
            assert account == -sum(lasts.values())


PAID_QUARTER = happened("2023-01-01", "payment", amount=9000, key="ch_1")
HALF_YEAR = [line("il_1", 18100, "2023-01-01", "2023-07-01")]
TEN_MONTHS = [line("il_1", 10000, "2023-01-01", "2023-11-01", "even_months")]
TWO_RATES = {
    "USD": {date(2023, 1, 1): 120, date(2023, 2, 1): 110},
    "EUR": {date(2023, 1, 1): 100, date(2023, 2, 1): 100},
}
# (life, revenue by month from the first one, what moved on other accounts by month)
CHECK_VALUES: dict[str, tuple[Life, list[int], dict[str, dict[int, int]]]] = {
    "no event": (life(QUARTER), [3100, 2800, 3100], {}),
    "refund on 1 Feb": (
        life(QUARTER, PAID_QUARTER, happened("2023-02-01", "refund", "ch_1", 900)),
        [3100, 2520, 2790], {"refunds": {2: 310}, DEFERRED: {1: -5900, 2: 590 + 2520, 3: 2790}},
    ),
    "full refund on 1 Feb": (
        life(QUARTER, PAID_QUARTER, happened("2023-02-01", "refund", "ch_1", 9000)),
        [3100, 0, 0], {"refunds": {2: 3100}, DEFERRED: {1: -5900, 2: 5900}},
    ),
    "note on 1 Feb, unpaid": (
        life(QUARTER, happened("2023-02-01", "note", amount=4500)),
        [3100, 1400, 1550], {"credit_notes": {2: 1550}},
    ),
    "note voided": (
        life(
            HALF_YEAR, happened("2023-02-01", "note", amount=9050, key="cn_1"),
            happened("2023-05-03", "note_voided", "cn_1"),
        ),
        [3100, 1400, 1550, 1500, 7550, 3000], {"credit_notes": {2: 1550, 5: -1550}},
    ),
    "more returned than is left": (
        life(
            TEN_MONTHS, happened("2023-01-01", "payment", amount=10000, key="ch_1"),
            happened("2023-02-01", "refund", "ch_1", 8000), happened("2023-03-01", "dispute", "ch_1", 8000),
        ),
        [1000, 200, 0],
        {
            "refunds": {2: 800}, "disputes": {3: 400}, "other_loss": {3: 6000},
            DEFERRED: {1: -9000, 2: 7200 + 200, 3: 1600},
        },
    ),
    "uncollectible, paid in April": (
        life(QUARTER, happened("2023-02-01", "uncollectible"), happened("2023-04-10", "payment", amount=9000)),
        [3100, 0, 0],
        {"bad_debt": {2: 3100, 4: -3100}, "recoverables": {4: -5900}, DEFERRED: {1: -5900, 2: 5900}},
    ),
    "rate of the money": (
        life(
            [line("il_1", 3000, "2023-01-02", "2023-01-02")], happened("2023-02-10", "payment", amount=3000),
            booked="2023-01-02", currency="EUR", rates=TWO_RATES,
        ),
        [3600], {AR: {1: 3600, 2: -3600}, "processor_clearing": {2: 3300}, "fx_gain_loss": {2: 300}},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CHECK_VALUES)
def test_the_oracle_reproduces_the_published_check_values(name: str) -> None:
    story, revenue, accounts = CHECK_VALUES[name]
    books = Books(story)
    earned = [row[3] for _, row in sorted(books.schedule.items())]
    assert earned[: len(revenue)] == revenue and not any(earned[len(revenue) :])
    for role, months in accounts.items():
        assert {at.month: amount for (of, at), amount in books.moved.items() if of == role and amount} == months


@pytest.mark.parametrize(
    ("convention", "revenue"),
    [
        ("daily", [1600, 3100, 3100, 3000, 1200]),
        ("by_second", [1550, 3100, 3100, 3000, 1250]),
        ("even_months", [3000, 3000, 3000, 3000, 0]),
        ("even_months_prorated_ends", [1550, 3067, 3066, 3067, 1250]),
        ("at_invoice", [12000, 0, 0, 0, 0]),
        ("at_service_start", [12000, 0, 0, 0, 0]),
        ("at_service_end", [0, 0, 0, 0, 12000]),
    ],
)
def test_the_oracle_reproduces_the_published_conventions(convention: str, revenue: list[int]) -> None:
    served = Line("il_1", 12000, noon("2023-06-15"), noon("2023-10-13"), convention)
    schedule = Books(life([served], booked="2023-06-15")).schedule
    assert [row[0] for _, row in sorted(schedule.items())] == revenue


def test_the_oracle_is_short_and_knows_nothing_of_the_project() -> None:
    text = ORACLE.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    nodes = list(ast.walk(ast.parse(text)))
    imported = {node.module for node in nodes if isinstance(node, ast.ImportFrom)}
    assert imported == {"__future__", "collections", "contract", "dataclasses", "datetime"}
    assert not any(isinstance(node, ast.Import) or isinstance(node, ast.Div) for node in nodes)
    assert not any(isinstance(getattr(node, "value", None), float) for node in nodes)
