"""Law L16: the report as of a day built now is the one that was built on that day from what had landed by then.

One company of daily loads whose billing and processor data stop on a Tuesday and come back on the Monday after.
"""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest
from conftest import DbtRun
from daily_company import OUTAGE, DailyCompany, company_tables, morning_after
from hash_marts import hash_marts

pytestmark = [pytest.mark.dbt, pytest.mark.slow]

IN_THE_OUTAGE = dt.date(2024, 1, 20)
AFTER_IT = dt.date(2024, 2, 14)
DRIFT = """
    select leg, entity_id, currency_code, as_of_day, unmatched_count, unmatched_gross_amount,
        unmatched_expected_amount, unmatched_recorded_amount, cumulative_matched_count,
        cumulative_matched_gross_amount, match_rate_by_count, match_rate_by_value
    from rpt_drift_daily
"""


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> DailyCompany:
    return DailyCompany(tmp_path_factory.mktemp("daily"), company_tables())


@pytest.fixture(scope="module")
def final(company: DailyCompany) -> DbtRun:
    return company.build("final")


@pytest.fixture(scope="module")
def made_then(company: DailyCompany) -> DbtRun:
    """The build of the morning after day 20: nothing has landed after it."""
    return company.build("then", landed_until=morning_after(IN_THE_OUTAGE))


def hashes(run: DbtRun) -> dict[str, tuple[int, str]]:
    with duckdb.connect(str(run.database), read_only=True) as connection:
        return hash_marts(connection)


def test_a_replay_of_day_20_is_the_build_of_day_20_mart_by_mart(
    company: DailyCompany, made_then: DbtRun, final: DbtRun
) -> None:
    replayed = company.build("replayed", known_until=morning_after(IN_THE_OUTAGE))
    then, again, now = hashes(made_then), hashes(replayed), hashes(final)
    assert set(then) == set(again) == company.marts
    assert [mart for mart in sorted(then) if then[mart] != again[mart]] == []
    # It would also hold if nothing had happened since, or nothing before.
    assert sum(then[mart] != now[mart] for mart in then) > 40
    assert sum(rows > 0 for rows, _ in then.values()) > 40


def test_the_build_of_day_20_knows_of_the_outage_only(made_then: DbtRun) -> None:
    assert made_then.query("select as_of_date from int_entities") == [(IN_THE_OUTAGE,)]
    ((last,),) = made_then.query("select max(synced_at) from int_source_rows where source_name = 'stripe'")
    assert last < dt.datetime.combine(OUTAGE.first, dt.time())


def test_the_history_of_a_day_is_what_was_said_on_it(company: DailyCompany, final: DbtRun) -> None:
    said = company.build("after", "+rpt_drift_daily", known_until=morning_after(AFTER_IT))
    own_day = f"{DRIFT} where as_of_day = date '{AFTER_IT}' order by all"
    assert said.query(own_day) and said.query(own_day) == final.query(own_day)
    # Nor has anything been rewritten that the build said of the days before, the outage among them.
    before = f"{DRIFT} where as_of_day <= date '{AFTER_IT}' order by all"
    assert said.query(before) == final.query(before)
    ((days,),) = said.query("select count(distinct as_of_day) from rpt_drift_daily")
    assert days > 40


def test_only_a_row_that_says_it_was_loaded_later_is_not_known(company: DailyCompany) -> None:
    unstamped = "update xero.contact set _fivetran_synced = null where contact_id = 'c0c0-00000003'"
    # The rates of a company that keeps no time for them are shown whole.
    whole = "alter table ecb.exchange_rate drop column _loaded_at"
    models = ("stg_xero__contacts", "stg_ecb__exchange_rates", "stg_xero__organizations")
    run = company.build("first", *models, known_until="2023-12-01 06:00:00", after=f"{unstamped}; {whole}")
    assert run.query("select contact_reference from stg_xero__contacts") == [("c0c0-00000003",)]
    ((rates,),) = run.query("select count(*) from stg_ecb__exchange_rates")
    assert rates > 100


@pytest.mark.parametrize("value", ["2024-01-21", "2024-01-21T06:00:00", "2024-01-21 06:00:00' or '1' = '1"])
def test_a_moment_in_another_form_stops_the_run(company: DailyCompany, value: str) -> None:
    assert "var known_until is" in "\n".join(company.refused(value))
