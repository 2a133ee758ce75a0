"""Every control has been seen red: the project is broken on purpose and the control must notice.

A break is one mistake that a hurried engineer or bookkeeper could make, written as text to find in one
file of a copy of the project and the text to put there. The built demo lies in that copy, so only what
lies between the broken file and the control is built again. Text that is no longer there, or there
twice, fails the test: a break cannot rot away silently.
"""

from __future__ import annotations

import re
import shutil
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import pytest

from conftest import (
    WAREHOUSE,
    DbtRun,
    copy_project,
    parsed_manifest,
    run_dbt,
    wires_nobody_explains,
)

pytestmark = pytest.mark.dbt

MARTS = "models/marts"
ACCOUNTING = "models/intermediate/accounting"
ALERTS = "models/intermediate/alerts"
BANK = "models/intermediate/bank"
BRIDGE = "models/intermediate/bridge"
CAUSES = "models/intermediate/breaks"
COLLECTION = "models/intermediate/collection"
HEALTH = "models/intermediate/health"
DRIFT = "models/intermediate/drift"
MATCHING = "models/intermediate/matching"
NORMALIZED = "models/intermediate/normalized"
PERIODS = "models/intermediate/periods"
PROCESSORS = "models/intermediate/processors"
RECOGNITION = "models/intermediate/recognition"
RECURRING = "models/intermediate/recurring"
REVALUATION = "models/intermediate/revaluation"
STAGING = "models/staging"
POLICY = "seeds/policy"
PROOFS = "models/intermediate/proofs"
QUANTITIES = "models/intermediate/quantities"
RATING = "models/intermediate/rating"
RECEIVABLES = f"{MARTS}/receivables"
WIRE = wires_nobody_explains()[0]


@dataclass(frozen=True)
class Break:
    """One mistake: replace `old` by `new` in `file`, then build what carries it to the control.

    `through` names the models between the file and the control where the mistake needs only some of
    them; left empty, every model on a way from the file to the control is built.
    """

    mistake: str
    file: str
    old: str
    new: str
    through: str = ""


# The ways that many breaks take.
TO_BALANCES = "int_deferred_revenue_movements int_deferred_revenue_by_month"
TO_ROLLFORWARD = f"{TO_BALANCES} rpt_deferred_revenue_rollforward"
BY_CURRENCY = "rpt_deferred_revenue_rollforward_by_currency"
TO_ENTRIES = "int_posting_rule_sides int_expected_entries int_posted_entries"
TO_OPEN_AMOUNTS = (
    "int_unsettled_spans int_open_amount_changes int_processor_open_amounts rpt_processor_balances"
    " fct_unsettled_transactions"
)
TO_BRIDGE = "int_bridge_movements int_bridge_amounts int_revenue_bridge rpt_revenue_bridge"
TO_MATCHES = "int_match_members int_match_totals int_matches fct_matches"
TO_ASSIGNMENT = (
    "int_candidates_by_reference int_contested_pairs int_assignments_of_small_blocks"
    " int_assignments_of_large_blocks int_matches_by_reference"
)
TO_HEALTH = (
    "int_source_loads int_stream_loads int_streams_by_day int_stream_health_by_day int_source_health_by_day"
)
TO_USAGE_ITEMS = (
    "int_usage_dues int_expected_usage_items int_recorded_usage_items int_expected_items int_recorded_items int_items"
    " fct_reconciliation_items"
)
TO_PATTERNS = "int_break_patterns int_rule_change_subjects int_rule_changes rpt_break_patterns"

BREAKS: dict[str, list[Break]] = {
    "assert_account_proofs_leave_no_residual": [
        Break(
            mistake="what billing expects counts with the sign of what the ledger records",
            file=f"{MARTS}/balances/rpt_account_proof_causes.sql",
            old="then items.amount else -items.amount end",
            new="then items.amount else items.amount end",
        ),
        Break(
            mistake="a balance to date is explained by the items of its last month only",
            file=f"{MARTS}/balances/rpt_account_proof_causes.sql",
            old="by_month.item_month <= reporting_months.month_start",
            new="by_month.item_month = reporting_months.month_start",
        ),
        Break(
            mistake="an inner join for the match drops every item that has none",
            file=f"{MARTS}/reconciliation/fct_reconciliation_items.sql",
            old="left join matches\n",
            new="inner join matches\n",
        ),
    ],
    "assert_bundle_allocations_sum_to_the_bundle": [
        Break(
            mistake="the total of a bundle is the price of its largest line",
            file=f"{RECOGNITION}/int_allocated_lines.sql",
            old="        sum(stated_amount_minor) over (",
            new="        max(stated_amount_minor) over (",
        ),
    ],
    "assert_cause_classes_sum_to_the_named_causes": [
        Break(
            mistake="a cause is new and nobody said of which class it is",
            file=f"{POLICY}/cause_classes.csv",
            old="decimal_slip,misstated,the right document with another amount\n",
            new="",
        ),
        Break(
            mistake="a class is renamed and has no column any more",
            file=f"{POLICY}/cause_classes.csv",
            old="wrong_account,misposted,",
            new="wrong_account,another_account,",
        ),
        Break(
            mistake="one class is counted in two columns",
            file=f"{MARTS}/balances/rpt_account_proofs.sql",
            old="parts.cause_class = 'duplicate' then",
            new="parts.cause_class in ('duplicate', 'misstated') then",
        ),
    ],
    "assert_every_declared_table_has_a_health": [
        Break(
            mistake="only tables that rows are counted of are watched",
            file=f"{HEALTH}/int_table_findings.sql",
            old="    left join expectations\n",
            new="    inner join expectations\n",
        ),
        Break(
            mistake="what nobody has ever loaded is healthy",
            file=f"{POLICY}/source_health_wordings.csv",
            old="never_loaded,unknown,",
            new="never_loaded,healthy,",
        ),
    ],
    "assert_only_items_of_late_sources_are_inconclusive": [
        Break(
            mistake="whatever is recorded and alone is put off",
            file=f"{MATCHING}/int_item_statuses.sql",
            old="when items.side = 'recorded' then 'recorded_only'",
            new="when items.side = 'recorded' then 'inconclusive'",
        ),
        Break(
            mistake="a source turns out to be late and the verdicts on its items are not given anew",
            file=f"{HEALTH}/int_source_loads.sql",
            old="dbt.dateadd('day', -1, 'stamped_days.load_date')",
            new="dbt.dateadd('day', -60, 'stamped_days.load_date')",
            through=TO_HEALTH,
        ),
    ],
    "assert_source_health_looks_at_no_later_load": [
        Break(
            mistake="a day is told with the loads of the whole history",
            file=f"{HEALTH}/int_streams_by_day.sql",
            old="""        max(delivered.complete_through_date) over (
            partition by days.entity_id, days.source_name, days.relation_key, days.table_key
            order by days.health_date asc
            rows between unbounded preceding and current row""",
            new="""        max(delivered.complete_through_date) over (
            partition by days.entity_id, days.source_name, days.relation_key, days.table_key
            order by days.health_date asc
            rows between unbounded preceding and unbounded following""",
        ),
        Break(
            mistake="a load is taken for complete through its own day",
            file=f"{HEALTH}/int_source_loads.sql",
            old="dbt.dateadd('day', -1, 'stamped_days.load_date')",
            new="dbt.dateadd('day', 0, 'stamped_days.load_date')",
        ),
    ],
    "assert_debits_equal_credits": [
        Break(
            mistake="the credit side is added instead of taken away",
            file=f"{ACCOUNTING}/int_posting_rule_sides.sql",
            old="-1 as direction",
            new="1 as direction",
            through="int_expected_entries",
        ),
        Break(
            mistake="the functional amount is posted without its direction",
            file=f"{ACCOUNTING}/int_expected_entries.sql",
            old="posting_rules.direction * accounting_events.functional_amount_minor",
            new="accounting_events.functional_amount_minor",
        ),
        Break(
            mistake="entries on an account that nobody looks at are left out",
            file=f"{ACCOUNTING}/int_expected_entries.sql",
            old="where\n        posting_rules.policy is null",
            new=(
                "where\n        posting_rules.account_role <> 'fx_gain_loss'"
                "\n        and posting_rules.policy is null"
            ),
        ),
    ],
    "assert_deferred_revenue_closes_at_the_schedule": [
        Break(
            mistake="the last day of the month is left out, and with it what it recognises",
            file=f"{ACCOUNTING}/int_deferred_revenue_movements_by_obligation.sql",
            old="entry_date <= reporting_months.as_of_date",
            new="entry_date < reporting_months.as_of_date",
            through=TO_ROLLFORWARD,
        ),
        Break(
            mistake="the unearned part of a refund is booked as a loss of revenue",
            file=f"{POLICY}/posting_rules.csv",
            old="refund,deferred,,,deferred_revenue,",
            new="refund,deferred,,,refunds,",
            through=f"{TO_ENTRIES} int_deferred_revenue_movements_by_obligation {TO_ROLLFORWARD}",
        ),
    ],
    "assert_deferred_revenue_rolls_forward": [
        Break(
            mistake="a movement is renamed and has no column any more",
            file=f"{ACCOUNTING}/int_deferred_revenue_movements_by_obligation.sql",
            old="then 'disputes'",
            new="then 'chargebacks'",
            through=TO_ROLLFORWARD,
        ),
        Break(
            mistake="the opening balance already holds the movements of the month",
            file=f"{ACCOUNTING}/int_deferred_revenue_by_month.sql",
            old="closing_minor - movement_minor as opening_minor",
            new="closing_minor as opening_minor",
        ),
        Break(
            mistake="a month without write-offs is skipped",
            file=f"{MARTS}/revenue/rpt_deferred_revenue_rollforward.sql",
            old="where basis = 'functional' and dimension = 'all'",
            new="where basis = 'functional' and dimension = 'all' and write_offs_minor <> 0",
        ),
    ],
    "assert_drift_ends_where_the_items_stand": [
        Break(
            mistake="an item that was never open is closed on the day of its match",
            file=f"{MATCHING}/int_drift_changes.sql",
            old="where unmatched_from_date < matched_date",
            new="where unmatched_from_date <= matched_date",
        ),
        Break(
            mistake="what is not due yet counts as open",
            file=f"{MATCHING}/int_item_days.sql",
            old="when known_items.status not in ('ignored', 'pending', 'inconclusive')",
            new="when known_items.status not in ('ignored', 'inconclusive')",
        ),
    ],
    "assert_drift_by_cause_sums_to_the_drift": [
        Break(
            mistake="an item leaves an age bucket a day after it has entered the next",
            file=f"{DRIFT}/int_open_item_spans.sql",
            old="'day', 'age_buckets.next_minimum_age_days', 'item_days.unmatched_from_date'",
            new="'day', 'age_buckets.next_minimum_age_days + 1', 'item_days.unmatched_from_date'",
        ),
        Break(
            mistake="what was matched is never closed",
            file=f"{DRIFT}/int_open_item_spans.sql",
            old="when outgrown_date < matched_date or matched_date is null then outgrown_date",
            new="when outgrown_date is not null then outgrown_date",
        ),
    ],
    "assert_drift_by_tier_sums_to_the_drift": [
        Break(
            mistake="the matches of a decision and of tier 8 are forgotten",
            file=f"{DRIFT}/int_drift_by_tier.sql",
            old="select * from {{ ref('int_matches') }}",
            new="select * from {{ ref('int_matches') }} where match_tier between 1 and 7",
        ),
        Break(
            mistake="a rule's total is taken back by the day before",
            file=f"{MARTS}/monitoring/rpt_drift_by_tier.sql",
            old="drift.until_date > days.calendar_date",
            new="drift.until_date >= days.calendar_date",
        ),
    ],
    "assert_drift_by_cause_ends_where_the_breaks_stand": [
        Break(
            mistake="a break that has been open for a while counts as cleared",
            file=f"{DRIFT}/int_open_item_spans.sql",
            old="when item_days.matched_date is not null then 'cleared_since'",
            new="when item_days.unmatched_from_date < entities.as_of_date then 'cleared_since'",
        ),
    ],
    "assert_scorecard_judges_what_the_summary_counts": [
        Break(
            mistake="the as-of date itself is left out of the shares",
            file=f"{DRIFT}/int_scorecard_measures.sql",
            old="and verified_items.item_date <= entities.as_of_date",
            new="and verified_items.item_date < entities.as_of_date",
        ),
        Break(
            mistake="only confirmed matches count",
            file=f"{DRIFT}/int_scorecard_measures.sql",
            old="when 'matched' then verified_items.status in ('matched', 'suggested')",
            new="when 'matched' then verified_items.status = 'matched'",
        ),
    ],
    "assert_break_patterns_sum_to_the_breaks": [
        Break(
            mistake="two classes of ratio overlap, so that some items count twice",
            file=f"{POLICY}/break_pattern_buckets.csv",
            old="ratio_millionths,1000001,1015000,a little more,",
            new="ratio_millionths,1000000,1015000,a little more,",
            through=f"int_break_pattern_items {TO_PATTERNS}",
        ),
        Break(
            mistake="only what has a candidate has a pattern",
            file=f"{CAUSES}/int_break_pattern_items.sql",
            old="        and measured.has_rule_change\n    left join buckets as lag_buckets",
            new="        and measured.has_rule_change\n    inner join buckets as lag_buckets",
            through=TO_PATTERNS,
        ),
    ],
    "assert_every_unmatched_item_says_why": [
        Break(
            mistake="items that nothing comes near are left out",
            file=f"{CAUSES}/int_near_misses.sql",
            old="left join candidates\n",
            new="inner join candidates\n",
            through=f"int_break_pattern_items {TO_PATTERNS} rpt_near_misses",
        ),
        Break(
            mistake="a reason why no rule could link a pair has no words",
            file=f"{POLICY}/near_miss_wordings.csv",
            old="none_sign,none,",
            new="none_signs,none,",
            through="int_rule_changes rpt_near_misses",
        ),
    ],
    "assert_every_accepted_row_is_itemised": [
        Break(
            mistake="the processor's unusual movements are of no interest",
            file=f"{MATCHING}/int_recorded_processor_items.sql",
            old="kind not in ('fee', 'reserve', 'topup', 'transfer', 'conversion')",
            new="kind in ('charge', 'refund', 'dispute')",
            through="int_recorded_items int_item_parts fct_item_parts",
        ),
        Break(
            mistake="the events of customer balances are lost from the union",
            file=f"{ACCOUNTING}/int_accounting_events.sql",
            old="    select * from {{ ref('int_customer_balance_events') }}\n    union all\n",
            new="",
            through="int_expected_entries int_posted_entries int_item_parts fct_item_parts",
        ),
    ],
    "assert_every_break_has_one_cause": [
        Break(
            mistake="the tie-break between pieces of evidence is gone",
            file=f"{CAUSES}/int_break_causes.sql",
            old="where evidence_rank = 1",
            new="where evidence_rank >= 1",
            through="int_breaks_classified fct_reconciliation_items",
        ),
        Break(
            mistake="a copied union branch reads one kind of evidence twice and another never",
            file=f"{CAUSES}/int_break_evidence.sql",
            old="ref('int_break_evidence_by_absence')",
            new="ref('int_break_evidence_by_repetition')",
            through="int_break_causes int_breaks_classified fct_reconciliation_items",
        ),
        Break(
            mistake="the queue keeps linked breaks under the name of an item",
            file=f"{CAUSES}/int_exceptions.sql",
            old="coalesce(breaks_classified.match_id, breaks_classified.item_id) as exception_id",
            new="breaks_classified.item_id as exception_id",
        ),
    ],
    "assert_every_decision_is_carried_out": [
        Break(
            mistake="an item without a match passes for one that a reviewer matched",
            file=f"{MARTS}/reconciliation/fct_reconciliation_items.sql",
            old="cast(matches.match_tier as integer) as match_tier",
            new="cast(coalesce(matches.match_tier, 0) as integer) as match_tier",
        ),
    ],
    "assert_every_decision_still_holds": [
        Break(
            mistake="a decision names an item that does not exist",
            file=f"{POLICY}/review_decisions.csv",
            old="counterpart_fingerprint,facts_seen\n",
            new=(
                "counterpart_fingerprint,facts_seen\n"
                "d1,ledger:expected:gone,,,accept,,agreed with the customer,ann,ben,2025-03-01,,0,,\n"
            ),
        ),
        Break(
            mistake="a decision is approved by the person who took it",
            file=f"{POLICY}/review_decisions.csv",
            old="counterpart_fingerprint,facts_seen\n",
            new=(
                "counterpart_fingerprint,facts_seen\n"
                f"d1,,bank,{WIRE},ignore,,a test wire,ann,Ann ,2025-03-01,2025-03-02,0,,\n"
            ),
        ),
        Break(
            mistake="the action of a decision is misspelt",
            file=f"{POLICY}/review_decisions.csv",
            old="counterpart_fingerprint,facts_seen\n",
            new=(
                "counterpart_fingerprint,facts_seen\n"
                f"d1,,bank,{WIRE},ignored,,a test wire,ann,ben,2025-03-01,2025-03-02,0,,\n"
            ),
        ),
    ],
    "assert_every_policy_has_a_listed_choice": [
        Break(
            mistake="a typing error in the choice of a policy",
            file=f"{POLICY}/policies.csv",
            old="dispute_treatment,,contra_on_open",
            new="dispute_treatment,,contra_at_opening",
            through="policies",
        ),
        Break(
            mistake="a policy is chosen for one company only",
            file=f"{POLICY}/policies.csv",
            old="catch_up,,on",
            new="catch_up,main,on",
            through="policies",
        ),
    ],
    "assert_every_exception_policy_can_apply": [
        Break(
            mistake="the row for what no other row names got lost",
            file=f"{POLICY}/exception_owners.csv",
            old=",,0,,,,accounting,Whatever no other row names\n",
            new="",
        ),
        Break(
            mistake="every leg has a row of its own and the general one is left for nothing",
            file=f"{POLICY}/exception_owners.csv",
            old=",,0,,bank,,treasury,",
            new=",,0,,ledger,,accounting,\n,,0,,bank,,treasury,",
        ),
        Break(
            mistake="a second row for large amounts can never be reached",
            file=f"{POLICY}/exception_priorities.csv",
            old="2,medium,100,0,",
            new="2,medium,5000,30,Large and old\n2,medium,100,0,",
        ),
        Break(
            mistake="what is seen for the first time today has no age bucket",
            file=f"{POLICY}/exception_age_buckets.csv",
            old="0 to 7 days,0",
            new="1 to 7 days,1",
        ),
    ],
    "assert_every_event_is_posted_once": [
        Break(
            mistake="the rule for money that arrives at the bank got lost",
            file=f"{POLICY}/posting_rules.csv",
            old="\npayout_arrived,payout,payout_clearing,in_transit,cash,cash_in_transit,at the bank",
            new="",
            through=TO_ENTRIES,
        ),
        Break(
            mistake="a typing error: the posting rule for the tax of a dispute is for no component",
            file=f"{POLICY}/posting_rules.csv",
            old="\ndispute_opened,tax,",
            new="\ndispute_opened,taxes,",
            through=TO_ENTRIES,
        ),
        Break(
            mistake="the rules of every policy choice post, not only of the one in force",
            file=f"{ACCOUNTING}/int_expected_entries.sql",
            old="or posting_rules.policy_choice = policy_choices.choice",
            new="or policy_choices.choice is not null",
        ),
    ],
    "assert_every_item_has_exactly_one_status": [
        Break(
            mistake="an inner join for the cause drops every item that is fine",
            file=f"{MARTS}/reconciliation/fct_reconciliation_items.sql",
            old="left join breaks_classified",
            new="inner join breaks_classified",
        ),
        Break(
            mistake="due dates are joined without the kind of event, and items double",
            file=f"{MATCHING}/int_item_statuses.sql",
            old="            and items.event_type = due_dates.event_type\n",
            new="",
            through="fct_reconciliation_items",
        ),
    ],
    "assert_every_modification_has_one_treatment": [
        Break(
            mistake="every line that a change could modify counts, not the best alone",
            file=f"{RECOGNITION}/int_modified_lines.sql",
            old="\n    where candidate_rank = 1\n",
            new="\n",
        ),
        Break(
            mistake="every change is spread over the service of what it modifies",
            file=f"{RECOGNITION}/int_line_services.sql",
            old="\n            and modified_lines.treatment = 'cumulative_catch_up'\n",
            new="\n",
        ),
        Break(
            mistake="the lines of another customer can be modified",
            file=f"{RECOGNITION}/int_modification_candidates.sql",
            old="            changes.subscription_id = running.subscription_id\n            and ",
            new="            changes.entity_id = running.entity_id\n            and ",
        ),
    ],
    "assert_every_match_balances": [
        Break(
            mistake="a thousand dollars pass as rounding, which the policy never allowed",
            file=f"{MATCHING}/int_pairs_by_reference.sql",
            old=(
                "                pairs.amount_distance <= windows.tolerance_amount_minor\n"
                "                and pairs.amount_distance * 10000 <= coalesce(\n"
                "                    windows.tolerance_bps * abs(pairs.expected_amount_minor),\n"
                "                    pairs.amount_distance * 10000\n"
                "                )\n"
                "                and {{ within_window('tolerance') }}\n"
            ),
            new="                pairs.amount_distance <= 100000\n",
            through=f"{TO_ASSIGNMENT} {TO_MATCHES}",
        ),
        Break(
            mistake="a pair that differs is passed off as an exact one",
            file=f"{MATCHING}/int_matches_of_last_resort.sql",
            old="9 as match_tier",
            new="2 as match_tier",
            through=TO_MATCHES,
        ),
        Break(
            mistake="groups meet without summing to the same amount",
            file=f"{MATCHING}/int_group_candidates.sql",
            old="            and expected_groups.amount_minor = recorded_groups.amount_minor\n",
            new="",
            through=f"int_matches_by_group {TO_MATCHES}",
        ),
        Break(
            mistake="the residual is taken the other way round",
            file=f"{MATCHING}/int_match_totals.sql",
            old="totals.expected_amount_minor - totals.recorded_amount_minor as residual",
            new="totals.recorded_amount_minor - totals.expected_amount_minor as residual",
            through="int_matches fct_matches",
        ),
        Break(
            mistake="an entry is cancelled by a reversal on another account",
            file=f"{MATCHING}/int_reversal_pairs.sql",
            old="            and entries.account_role = reversing.account_role\n",
            new="",
            through=f"int_matches_one_sided {TO_MATCHES}",
        ),
    ],
    "assert_every_posting_rule_has_a_bridge_step": [
        Break(
            mistake="an overpayment never happened in these books and has lost its step",
            file=f"{POLICY}/bridge_postings.csv",
            old="overpaid_or_unapplied,payment,customer_balance,-1\n",
            new="",
        ),
        Break(
            mistake="a fee of the processor is asked back from the customer and no step says so",
            file=f"{POLICY}/posting_rules.csv",
            old="processor_fee,fee,,,processing_fees,",
            new="processor_fee,fee,,,accounts_receivable,",
            through="int_posting_rule_sides",
        ),
        Break(
            mistake="a step is added to the walk with the wrong sign",
            file=f"{POLICY}/bridge_postings.csv",
            old="refunded,refund_failed,processor_clearing,1\n",
            new="refunded,refund_failed,processor_clearing,-1\n",
        ),
    ],
    "assert_every_raw_row_is_in_exactly_one_state": [
        Break(
            mistake="an inner join for the currency drops the rows in a currency nobody knows",
            file=f"{STAGING}/bank_statement/stg_bank_statement__bank_lines.sql",
            old="left join currencies",
            new="inner join currencies",
            through="int_source_rows",
        ),
        Break(
            mistake="payouts are lost from the union of staged rows",
            file=f"{NORMALIZED}/int_source_rows.sql",
            old=(
                "    {{ staged_rows('processor_sources', 'payouts', 'amount_minor', 'currency_code') }}\n"
                "    -- Where one table holds every movement, a payout is listed there as a transaction already.\n"
                "    where staged_rows.source_table = 'payout'\n"
                "    union all\n"
            ),
            new="",
        ),
    ],
    "assert_every_suggested_entry_balances": [
        Break(
            mistake="only the debits of an entry that is missing are suggested",
            file=f"{CAUSES}/int_suggested_lines.sql",
            old="where status = 'expected_only'",
            new="where status = 'expected_only' and amount_minor > 0",
        ),
        Break(
            mistake="a brace of the policy is renamed and nobody fills it in",
            file=f"{CAUSES}/int_suggested_actions.sql",
            old="'entry': 'entry_text'",
            new="'journal_entry': 'entry_text'",
        ),
    ],
    "assert_journal_entries_balance": [
        Break(
            mistake="credits are shown with the sign of debits",
            file=f"{MARTS}/balances/fct_journal_entries.sql",
            old="case when items.amount < 0 then -items.amount else 0 end",
            new="case when items.amount < 0 then items.amount else 0 end",
        ),
        Break(
            mistake="only what is posted already is listed",
            file=f"{MARTS}/balances/fct_journal_entries.sql",
            old="    left join posted\n",
            new="    inner join posted\n",
        ),
    ],
    "assert_item_money_is_conserved_over_statuses": [
        Break(
            mistake="no payout is expected at the bank",
            file=f"{MATCHING}/int_expected_bank_items.sql",
            old="where item_date is not null",
            new="where item_date is null",
            through="int_expected_money_items int_expected_items int_items int_item_statuses fct_reconciliation_items",
        ),
        Break(
            mistake="disputes have no items on the ledger leg",
            file=f"{MATCHING}/int_expected_ledger_items.sql",
            old="having sum(functional_amount_minor) <> 0",
            new=(
                "having sum(functional_amount_minor) <> 0 and event_type <> 'dispute_opened'"
            ),
            through="int_expected_items int_items int_item_statuses fct_reconciliation_items",
        ),
        Break(
            mistake="only debits survive the grain of the postings",
            file=f"{MATCHING}/int_expected_ledger_items.sql",
            old="having sum(functional_amount_minor) <> 0",
            new="having sum(functional_amount_minor) > 0",
            through="int_expected_items fct_reconciliation_items",
        ),
        Break(
            mistake="manual journals are not matched",
            file=f"{MATCHING}/int_recorded_ledger_items.sql",
            old="    from lines_with_references\n)",
            new="    from lines_with_references\n    where not is_manual\n)",
            through="int_recorded_items fct_reconciliation_items",
        ),
    ],
    "assert_usage_alarms_and_open_items_agree": [
        Break(
            mistake="what is at stake beside the rated amount is forgotten and an unmapped count has no item",
            file=f"{MATCHING}/int_usage_dues.sql",
            old="then -stake_amount_minor",
            new="then 0",
            through=TO_USAGE_ITEMS,
        ),
        Break(
            mistake="what was invoiced in the month after is a discrepancy",
            file=f"{MATCHING}/int_item_statuses.sql",
            old="when matches.match_tier = 9 then 'discrepancy'",
            new="when matches.match_tier in (2, 9) then 'discrepancy'",
            through="int_item_statuses fct_reconciliation_items",
        ),
    ],
    "assert_usage_items_are_the_chain": [
        Break(
            mistake="units that are counted beyond the agreement are due without their money",
            file=f"{MATCHING}/int_usage_dues.sql",
            old="named.rated_amount_minor + coalesce(judged.moved_amount_minor, 0)",
            new="named.rated_amount_minor",
            through=TO_USAGE_ITEMS,
        ),
        Break(
            mistake="the lines of a month are counted once whoever was invoiced",
            file=f"{MATCHING}/int_recorded_usage_items.sql",
            old="            and usage_dues.client_key = invoiced.client_key\n",
            new="",
            through=TO_USAGE_ITEMS,
        ),
    ],
    "assert_mrr_bridges_to_revenue": [
        Break(
            mistake="what an ended subscription still earns is nobody's part",
            file=f"{RECURRING}/int_mrr_bridge_parts.sql",
            old="then together.share_amount_minor\n            else 0\n        end as ended_minor",
            new="then 0\n            else 0\n        end as ended_minor",
        ),
        Break(
            mistake="a line that covers part of the month is bridged as if it had no rate",
            file=f"{RECURRING}/int_mrr_bridge_parts.sql",
            old="then together.share_amount_minor - together.mrr_amount_minor",
            new="then together.share_amount_minor",
        ),
        Break(
            mistake="customers to whom nothing happened are left out of the totals",
            file=f"{RECURRING}/int_mrr_by_month.sql",
            old="spine.month_start = mrr_movements.month_start",
            new="spine.month_start = mrr_movements.month_start\n            and mrr_movements.movement <> 'none'",
        ),
    ],
    "assert_mrr_rolls_forward": [
        Break(
            mistake="a month opens with its own closing",
            file=f"{RECURRING}/int_mrr_by_customer.sql",
            old="lag(closing_minor, 1, 0)",
            new="lag(closing_minor, 0, 0)",
        ),
        Break(
            mistake="the month in which a customer is seen to have left is forgotten",
            file=f"{RECURRING}/int_mrr_by_customer.sql",
            old="        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as month_start,",
            new="        month_start,",
        ),
        Break(
            mistake="what the calendar changed has no column",
            file=f"{RECURRING}/int_mrr_movements.sql",
            old="then closing_minor - opening_minor - rate_change_minor",
            new="then 0",
        ),
    ],
    "assert_mrr_ties_to_the_schedule": [
        Break(
            mistake="a line that covers the whole month counts with its rate",
            file=f"{RECURRING}/int_recurring_rates.sql",
            old="when is_whole_month then share_amount_minor",
            new="when is_whole_month then rate_amount_minor",
        ),
        Break(
            mistake="only what is still deferred is in force",
            file=f"{RECURRING}/int_recurring_rates.sql",
            old="deferred_amount_minor + sum(recognised_amount_minor - contra_amount_minor) over (",
            new="deferred_amount_minor + sum(0 * recognised_amount_minor) over (",
        ),
        Break(
            mistake="what a month serves is counted from its second day",
            file=f"{RECURRING}/int_recurring_rates.sql",
            old="'considerations.consideration_minor', 'served_at_start', 'total_units'",
            new="'considerations.consideration_minor', 'served_at_start + 1', 'total_units'",
        ),
    ],
    "assert_no_item_is_matched_twice": [
        Break(
            mistake="the last tier takes what a group has taken",
            file=f"{MATCHING}/int_residue_after_groups.sql",
            old="\n        and matches_by_group.item_id is null",
            new="",
            through=f"int_matches_of_last_resort {TO_MATCHES}",
        ),
        Break(
            mistake="the second round of pairing forgets what the first took",
            file=f"{MATCHING}/int_matches_by_structure.sql",
            old="round_2 as (\n    {{ mutual_best('clear_pairs', ['round_1']) }}",
            new="round_2 as (\n    {{ mutual_best('clear_pairs') }}",
            through=TO_MATCHES,
        ),
    ],
    "assert_obligations_are_recognised_in_full": [
        Break(
            mistake="the month in which the service ends is skipped",
            file=f"{RECOGNITION}/int_service_months.sql",
            old="spans.last_day_of_service >= months.month_start",
            new="spans.last_day_of_service > months.month_end",
            through="int_schedule_months int_recognition_schedule",
        ),
        Break(
            mistake="a refund after the end of the service has no month",
            file=f"{RECOGNITION}/int_schedule_months.sql",
            old="    union all\n    select * from months_of_late_changes\n",
            new="",
            through="int_recognition_schedule",
        ),
    ],
    "assert_prepaid_credits_are_earned_as_they_are_drawn": [
        Break(
            mistake="a product is sold as credits and the recognition rules do not know",
            file=f"{POLICY}/prepaid_credits.csv",
            old="effective_from,note\n",
            new="effective_from,note\n,stripe:prod_1Support,,12,at_expiry,0,1970-01-01,support by the call\n",
        ),
    ],
    "assert_raw_money_equals_the_sum_over_states": [
        Break(
            mistake="minor units are multiplied by a hundred once more",
            file=f"{STAGING}/stripe/stg_stripe__payouts.sql",
            old="{{ minor_units('amount', 0) }}",
            new="{{ minor_units('amount', 2) }}",
            through="int_source_rows",
        ),
        Break(
            mistake="the amount still due is read for the total of the invoice",
            file=f"{STAGING}/stripe/stg_stripe__invoices_typed.sql",
            old="minor_units('total', 0)",
            new="minor_units('amount_remaining', 0)",
            through="stg_stripe__invoices int_source_rows",
        ),
    ],
    "assert_revenue_bridge_has_no_residual": [
        Break(
            mistake="tax is billed and no step says where it went",
            file=f"{POLICY}/bridge_postings.csv",
            old="tax_billed,invoice_finalised,tax_payable,1\n",
            new="",
        ),
        Break(
            mistake="goodwill is granted on the receivable and no step names it",
            file=f"{POLICY}/posting_rules.csv",
            old="customer_balance_granted,balance,,,promotional_credits,customer_balance,",
            new="customer_balance_granted,balance,,,promotional_credits,accounts_receivable,",
            through=f"{TO_ENTRIES} {TO_BRIDGE}",
        ),
        Break(
            mistake="the last step of a walk is not walked",
            file=f"{BRIDGE}/int_revenue_bridge.sql",
            old="rows between unbounded preceding and current row",
            new="rows between unbounded preceding and 2 preceding",
        ),
        Break(
            mistake="quiet months are left out of the report",
            file=f"{MARTS}/revenue/rpt_revenue_bridge.sql",
            old="    from revenue_bridge\n",
            new="    from revenue_bridge\n    where month_start <> date '2024-03-01'\n",
        ),
    ],
    "assert_revenue_bridge_ties_to_the_trial_balance": [
        Break(
            mistake="the entries of the last day are left out, debits and credits alike",
            file=f"{BRIDGE}/int_bridge_movements.sql",
            old="entries.entry_date <= entities.as_of_date",
            new="entries.entry_date < entities.as_of_date",
        ),
        Break(
            mistake="the ledger's debits stand beside the walk without its credits",
            file=f"{BRIDGE}/int_bridge_amounts.sql",
            old="account_months.recorded_debit_minor - account_months.recorded_credit_minor",
            new="account_months.recorded_debit_minor",
        ),
        Break(
            mistake="a step without postings in the ledger is called not comparable",
            file=f"{BRIDGE}/int_bridge_amounts.sql",
            old="then cast(coalesce(recorded.recorded_amount_minor, 0) as bigint)",
            new="then cast(nullif(recorded.recorded_amount_minor, 0) as bigint)",
        ),
    ],
    "assert_revenue_lies_in_service": [
        Break(
            mistake="service before the booking is recognised before the booking",
            file=f"{RECOGNITION}/int_service_months.sql",
            old="spans.booked_month <= months.month_start\n            and (",
            new="(",
            through="int_schedule_months int_recognition_schedule int_recognition_by_month",
        ),
        Break(
            mistake="revenue is booked in the month after the one that earned it",
            file=f"{RECOGNITION}/int_recognition_by_month.sql",
            old="        with_month_before.month_start,\n",
            new="        cast({{ dbt.dateadd('month', 1, 'month_start') }} as date) as month_start,\n",
        ),
    ],
    "assert_replaced_accruals_are_zero": [
        Break(
            mistake="the accruals of a policy that is not in force are posted",
            file=f"{ACCOUNTING}/int_accrual_events.sql",
            old="scenario = 'in_force'",
            new="scenario = 'catch_up:off'",
            through="int_accounting_events int_expected_entries",
        ),
    ],
    "assert_rollforward_ties_to_the_ledger": [
        Break(
            mistake="foreign amounts are taken for functional ones",
            file=f"{ACCOUNTING}/int_deferred_revenue_movements_by_obligation.sql",
            old="-functional_amount_minor as functional_amount_minor",
            new="-amount_minor as functional_amount_minor",
            through=TO_ROLLFORWARD,
        ),
        Break(
            mistake="write-offs are left out of the movements",
            file=f"{ACCOUNTING}/int_deferred_revenue_movements_by_obligation.sql",
            old="where account_role = 'deferred_revenue'",
            new="where account_role = 'deferred_revenue' and event_type <> 'invoice_uncollectible'",
            through=TO_ROLLFORWARD,
        ),
    ],
    "assert_open_receivables_equal_what_is_due": [
        Break(
            mistake="the tax of an invoice is asked of the processor",
            file=f"{POLICY}/posting_rules.csv",
            old="invoice_finalised,tax,,,accounts_receivable,",
            new="invoice_finalised,tax,,,processor_clearing,",
            through=TO_ENTRIES,
        ),
    ],
    "assert_revalued_balances_are_those_of_the_books": [
        Break(
            mistake="a claim that is settled drops out with what it still carries",
            file=f"{REVALUATION}/int_balances_revalued.sql",
            old="        or balances_by_currency.carrying_amount_minor <> 0\n",
            new="",
        ),
        Break(
            mistake="only money whose transaction has landed is revalued",
            file=f"{REVALUATION}/int_revalued_events.sql",
            old="left join settled",
            new="inner join settled",
        ),
    ],
    "assert_settled_receivables_are_zero": [
        Break(
            mistake="the difference of rates at a payment has the wrong sign",
            file=f"{ACCOUNTING}/int_payment_components.sql",
            old="receivable_functional_amount_minor - functional_amount_minor\n        +",
            new="functional_amount_minor - receivable_functional_amount_minor\n        +",
            through="int_payment_events int_accounting_events int_expected_entries",
        ),
        Break(
            mistake="balance that pays an invoice is booked as money at the processor",
            file=f"{POLICY}/posting_rules.csv",
            old="customer_balance_applied,balance,,,customer_balance,accounts_receivable,",
            new="customer_balance_applied,balance,,,customer_balance,processor_clearing,",
            through=TO_ENTRIES,
        ),
    ],
    "assert_summary_equals_its_items": [
        Break(
            mistake="a discrepancy is shown as a match",
            file=f"{MARTS}/reconciliation/rpt_reconciliation_summary.sql",
            old="        status,\n        count(*) as item_count,",
            new=(
                "        case when status = 'discrepancy' then 'matched' else status end as status,"
                "\n        count(*) as item_count,"
            ),
        ),
        Break(
            mistake="the totals of all months are joined to every month",
            file=f"{MARTS}/reconciliation/rpt_reconciliation_summary.sql",
            old="\n            and by_status.month_start = totals.month_start",
            new="",
        ),
        Break(
            mistake="the report by tier forgets what is only suggested or differs",
            file=f"{MARTS}/reconciliation/rpt_reconciliation_by_tier.sql",
            old="where match_id is not null and status <> 'pending'",
            new="where status = 'matched'",
        ),
    ],
    "assert_every_agreement_month_is_rated_or_says_why": [
        Break(
            mistake="a line counts from its first whole month",
            file=f"{RATING}/int_agreement_periods.sql",
            old="agreement_spans.span_from < months.period_end_date",
            new="agreement_spans.span_from <= months.period_start_date",
        ),
        Break(
            mistake="a line goes on after its end when no other one follows",
            file=f"{RATING}/int_agreement_spans.sql",
            old="or stretches.span_from < agreement_lines.effective_to",
            new="or stretches.span_from <= agreement_lines.effective_to",
        ),
        Break(
            mistake="a flaw is found and the line is rated all the same",
            file=f"{RATING}/int_rated_usage.sql",
            old="        in_time.not_rated_reason\n",
            new="        coalesce(in_time.not_rated_reason, unit_costs.cost_source, 'no_cost') as not_rated_reason\n",
        ),
    ],
    "assert_tiers_take_the_whole_quantity": [
        Break(
            mistake="what is sold by the unit has no tier and so no price",
            file=f"{RATING}/int_rated_tiers.sql",
            old="where billable_usage.pricing_model in ('per_unit', 'package')",
            new="where billable_usage.pricing_model = 'package'",
        ),
        Break(
            mistake="included units are taken off a second time",
            file=f"{RATING}/int_rated_tiers.sql",
            old="        billable_usage.billable_parts as quantity_parts,",
            new="        billable_usage.billable_parts - 1000000 as quantity_parts,",
        ),
    ],
    "assert_the_parts_of_an_item_sum_to_it": [
        Break(
            mistake="parts show the amount in the currency of the document",
            file=f"{MATCHING}/int_item_parts.sql",
            old="functional_amount_minor as amount_minor",
            new="amount_minor",
        ),
        Break(
            mistake="parts are named for the event instead of the document",
            file=f"{MATCHING}/int_item_parts.sql",
            old="else dated_entries.document_reference",
            new="else dated_entries.event_id",
        ),
    ],
    "assert_the_queue_holds_every_exception": [
        Break(
            mistake="exceptions are joined to every item of their document",
            file=f"{MARTS}/reconciliation/rpt_exception_queue.sql",
            old="on exceptions.item_id = break_items.item_id",
            new="on exceptions.document_reference = break_items.document_reference",
        ),
        Break(
            mistake="only the largest exception of a document is counted",
            file=f"{MARTS}/reconciliation/rpt_exception_queue.sql",
            old="from ranked\n    group by",
            new="from ranked\n    where exception_rank = 1\n    group by",
        ),
    ],
    "assert_trial_balance_balances": [
        Break(
            mistake="credits of up to a dollar are taken for rounding",
            file=f"{ACCOUNTING}/int_account_months.sql",
            old="case when entries.functional_amount_minor < 0 then",
            new="case when entries.functional_amount_minor < -100 then",
            through="int_account_balances rpt_trial_balance",
        ),
    ],
    "assert_waterfall_rows_sum_to_what_was_billed": [
        Break(
            mistake="the first months are left out",
            file=f"{MARTS}/revenue/rpt_revenue_waterfall.sql",
            old="from deferred_changes\n    group by",
            new=(
                "from deferred_changes\n    where booked_month >= date '2024-06-01'\n    group by"
            ),
        ),
        Break(
            mistake="the months to come are left out of the waterfall",
            file=f"{MARTS}/revenue/rpt_revenue_waterfall.sql",
            old="from deferred_changes\n    group by",
            new="from deferred_changes\n    where not is_forecast\n    group by",
        ),
        Break(
            mistake="revenue is shown before the contra of reductions",
            file=f"{MARTS}/revenue/rpt_revenue_waterfall.sql",
            old="'earned.recognised_amount_minor - earned.contra_amount_minor'",
            new="'earned.recognised_amount_minor'",
        ),
    ],
    "assert_contract_balances_sum_to_the_accounts": [
        Break(
            mistake="the balance of a line is added up month after month",
            file=f"{RECOGNITION}/int_contract_changes_by_month.sql",
            old="deferred_amount_minor - lag(deferred_amount_minor, 1, 0) over (",
            new="deferred_amount_minor - lag(0 * deferred_amount_minor, 1, 0) over (",
            through="int_contract_balances_by_month rpt_contract_balances",
        ),
        Break(
            mistake="a credit of unused service is not shown as what it is",
            file=f"{MARTS}/balances/rpt_contract_balances.sql",
            old="greatest(-positions.position_minor, 0)",
            new="greatest(positions.position_minor, 0)",
        ),
    ],
    "assert_forecast_sums_to_deferred_revenue": [
        Break(
            mistake="the first month to come is taken for one that is over",
            file=f"{RECOGNITION}/int_revenue_releases.sql",
            old="    where is_forecast\n",
            new="    where is_forecast and month_start > date '2025-04-30'\n",
            through="rpt_revenue_forecast",
        ),
        Break(
            mistake="only revenue of the year is shown",
            file=f"{MARTS}/revenue/rpt_revenue_forecast.sql",
            old="    from revenue_releases\n",
            new="    from revenue_releases\n    where months_ahead < 9\n",
        ),
    ],
    "assert_income_statement_ties_to_the_trial_balance": [
        Break(
            mistake="bad debt has no line",
            file=f"{POLICY}/income_statement_lines.csv",
            old="60,Bad debt,bad_debt,1,false,earned part of invoices that were given up\n",
            new="",
            through="rpt_income_statement",
        ),
        Break(
            mistake="tax is shown as if it were earned",
            file=f"{POLICY}/income_statement_lines.csv",
            old="130,Recoverables,recoverables,1,false,",
            new="125,Tax,tax_payable,1,false,\n130,Recoverables,recoverables,1,false,",
            through="rpt_income_statement",
        ),
        Break(
            mistake="the ledger is shown where the entries should be",
            file=f"{MARTS}/balances/rpt_income_statement.sql",
            old="account_balances.expected_credit_minor - account_balances.expected_debit_minor",
            new="account_balances.recorded_credit_minor - account_balances.recorded_debit_minor",
        ),
    ],
    "assert_long_term_deferred_is_earned_after_a_year": [
        Break(
            mistake="the whole balance is shown as long-term",
            file=f"{MARTS}/revenue/{BY_CURRENCY}.sql",
            old="major_units('long_term_closing_minor', 'exponent')",
            new="major_units('closing_minor', 'exponent')",
        ),
        Break(
            mistake="what is billed counts as moved to the long-term part",
            file=f"{ACCOUNTING}/int_deferred_revenue_movements.sql",
            old="case when movement = 'long_term' then amount_minor else 0 end",
            new="case when movement = 'billed' then amount_minor else 0 end",
            through=f"int_deferred_revenue_by_month {BY_CURRENCY}",
        ),
    ],
    "assert_remaining_obligations_sum_to_deferred_revenue": [
        Break(
            mistake="small contracts are left out",
            file=f"{MARTS}/revenue/rpt_remaining_performance_obligations.sql",
            old="by_contract.billed_minor <> 0\n",
            new="by_contract.billed_minor > 10000\n",
        ),
        Break(
            mistake="the month a year ahead is in neither part",
            file=f"{MARTS}/revenue/rpt_remaining_performance_obligations.sql",
            old="months_ahead <= 12 then",
            new="months_ahead < 9 then",
        ),
    ],
    "assert_revenue_summary_ties_to_the_schedule": [
        Break(
            mistake="the months of the summary start with the first refund",
            file=f"{ACCOUNTING}/int_revenue_amounts_by_month.sql",
            old="            and entries.entry_date <= entities.as_of_date\n",
            new="            and entries.entry_date >= date '2024-03-01'\n",
            through="rpt_revenue_summary",
        ),
        Break(
            mistake="revenue is shown net of refunds",
            file=f"{ACCOUNTING}/int_revenue_amounts_by_month.sql",
            old="when posted_to = 'revenue' then",
            new="when posted_to in ('revenue', 'refunds') then",
            through="rpt_revenue_summary",
        ),
    ],
    "assert_rollforwards_by_dimension_sum_to_the_currency": [
        Break(
            mistake="the movements of one product are joined to all of them",
            file=f"{ACCOUNTING}/int_deferred_revenue_by_month.sql",
            old="            and coalesce(members.member_id, '') = coalesce(movements.member_id, '')\n",
            new="",
            through=(
                f"{BY_CURRENCY} rpt_deferred_revenue_rollforward_by_product"
                " rpt_deferred_revenue_rollforward_by_customer"
            ),
        ),
        Break(
            mistake="voids are left out of the rollforward by product",
            file=f"{MARTS}/revenue/rpt_deferred_revenue_rollforward_by_product.sql",
            old="major_units('voids_minor', 'exponent')",
            new="major_units('0 * voids_minor', 'exponent')",
        ),
    ],
    "assert_exception_changes_bridge_yesterday_to_today": [
        Break(
            mistake="what has found its counterpart is no change",
            file=f"{CAUSES}/int_exception_changes.sql",
            old="when today.item_id is null then 'cleared'",
            new="when today.item_id is null then 'none'",
        ),
    ],
    "assert_exceptions_are_the_open_items": [
        Break(
            mistake="what is at stake in a linked exception is the amount of its item",
            file=f"{CAUSES}/int_exception_days.sql",
            old="            else abs(match_totals.residual_amount_minor)\n",
            new="            else abs(ranked.amount_minor)\n",
        ),
        Break(
            mistake="a link that is confirmed by nobody is an exception of the day it was made only",
            file=f"{CAUSES}/int_exception_days.sql",
            old="where status_after in ('suggested', 'discrepancy', 'expected_only', 'recorded_only')",
            new="where status_after in ('discrepancy', 'expected_only', 'recorded_only')",
        ),
    ],
    "assert_exception_summary_sums_to_the_exceptions": [
        Break(
            mistake="a line counts its largest document only",
            file=f"{MARTS}/reconciliation/rpt_exception_summary.sql",
            old="    from ranked\n    group by",
            new="    from ranked\n    where amount_rank = 1\n    group by",
        ),
        Break(
            mistake="what is at stake is summed over accounts and not over documents",
            file=f"{MARTS}/reconciliation/rpt_exception_summary.sql",
            old="cast(sum(open_amount) as",
            new="cast(sum(gross_amount) as",
        ),
        Break(
            mistake="residuals are summed without their signs",
            file=f"{MARTS}/reconciliation/rpt_exception_queue.sql",
            old="cast(sum(residual_amount) as",
            new="cast(sum(abs(residual_amount)) as",
        ),
    ],
    "assert_replayed_items_agree_with_the_drift": [
        Break(
            mistake="what is recorded waits for its counterpart as what is expected does",
            file=f"{MATCHING}/int_item_states.sql",
            old="when side = 'recorded' then 'recorded_only'",
            new="when side = 'recorded' then 'pending'",
        ),
        Break(
            mistake="what is overdue is taken for what is not due yet",
            file=f"{MATCHING}/int_item_states.sql",
            old="when due_date > day_before then 'pending'",
            new="when due_date < day_before then 'pending'",
        ),
        Break(
            mistake="a discrepancy of the day before is taken for a match",
            file=f"{MATCHING}/int_item_states.sql",
            old="when was_linked then status",
            new="when was_linked then 'matched'",
        ),
    ],
    "assert_waterfall_remaining_is_the_closing_deferred_revenue": [
        Break(
            mistake="what remains is what the month has changed",
            file=f"{MARTS}/revenue/rpt_revenue_waterfall.sql",
            old="rows between unbounded preceding and current row",
            new="rows between current row and current row",
        ),
        Break(
            mistake="a line that is earned in full still holds its balance",
            file=f"{RECOGNITION}/int_recognition_by_month.sql",
            old="with_month_before.deferred_minor as deferred_amount_minor",
            new=(
                "with_month_before.deferred_minor + with_month_before.earned_to_date_minor"
                " - with_month_before.earned_before_minor as deferred_amount_minor"
            ),
            through="rpt_revenue_waterfall",
        ),
    ],
    "assert_bank_differences_are_explained": [
        Break(
            mistake="money that never came is nobody's reason",
            file=f"{BANK}/int_bank_months.sql",
            old="when reason = 'missing' then",
            new="when reason = 'lost' then",
        ),
        Break(
            mistake="a payout that the bank sent back is still expected to be there",
            file=f"{BANK}/int_bank_expectations.sql",
            old="    where leg = 'bank'\n",
            new="    where leg = 'bank' and event_type <> 'payout_returned'\n",
        ),
    ],
    "assert_bank_lines_sum_to_the_statement": [
        Break(
            mistake="lines that are none of revenue's business are left out of their kind",
            file=f"{BANK}/int_bank_months.sql",
            old="movement = 'bank_fee' then",
            new="movement = 'fee' then",
        ),
        Break(
            mistake="lines that are no item of the bank leg are dropped with it",
            file=f"{BANK}/int_bank_line_movements.sql",
            old="left join recorded_items\n",
            new="inner join recorded_items\n",
        ),
    ],
    "assert_billing_to_processor_counts_every_movement_once": [
        Break(
            mistake="an inner join keeps only what both billing and the processor know",
            file=f"{COLLECTION}/int_billing_to_processor.sql",
            old="full outer join processor_movements as processor",
            new="inner join processor_movements as processor",
        ),
        Break(
            mistake="what was paid outside every processor is forgotten",
            file=f"{COLLECTION}/int_billing_movements.sql",
            old="where is_out_of_band",
            new="where is_out_of_band and amount_minor < 0",
        ),
    ],
    "assert_billing_findings_agree_with_the_breaks": [
        Break(
            mistake="a charge that the processor does not have passes for agreed",
            file=f"{POLICY}/billing_findings.csv",
            old="charge_without_money,100,true",
            new="charge_without_money,950,true",
        ),
        Break(
            mistake="the word for a charge without money is given to another thing",
            file=f"{POLICY}/billing_findings.csv",
            old="charge_without_money,100,true,processor,payment_marked_paid_without_charge",
            new="charge_without_money,100,true,processor,partial_payment",
            through="int_billing_findings int_billing_breaks rpt_billing_to_processor",
        ),
    ],
    "assert_payouts_sent_are_somewhere": [
        Break(
            mistake="payouts that found no deposit are left out of the items",
            file=f"{MARTS}/reconciliation/fct_reconciliation_items.sql",
            old="left join matches\n",
            new="inner join matches\n",
        ),
    ],
    "assert_processor_balances_roll_forward": [
        Break(
            mistake="top-ups have a column and are left out of the closing balance",
            file=f"{MARTS}/processors/rpt_processor_balances.sql",
            old="        + movements.topup_amount_minor + movements.conversion_amount_minor\n",
            new="        + movements.conversion_amount_minor\n",
        ),
        Break(
            mistake="refunds that failed are in no column",
            file=f"{PROCESSORS}/int_processor_movements_by_month.sql",
            old="when transactions.kind in ('refund', 'refund_failure')",
            new="when transactions.kind in ('refund')",
            through="rpt_processor_balances",
        ),
    ],
    "assert_processor_balances_equal_what_is_unsettled": [
        Break(
            mistake="what a payout took counts as gone on the day it happened, not on the day of the payout",
            file=f"{PROCESSORS}/int_transaction_payouts.sql",
            old="        coalesce(linked.left_date, cancelled.cancelled_date) as settled_date",
            new=(
                "        case when linked.left_date is not null then linked.occurred_date end"
                " as settled_date"
            ),
            through=TO_OPEN_AMOUNTS,
        ),
    ],
    "assert_processor_balances_equal_the_processors_own": [
        Break(
            mistake="a code of refunds is on the list as one that moves no money",
            file=f"{POLICY}/processor_event_codes.csv",
            old="paypal,T1107,refund,false",
            new="paypal,T1107,none,false",
            through=(
                "stg_paypal__transactions_typed stg_paypal__transactions stg_paypal__transaction_links"
                " stg_paypal__processor_transactions int_processor_transactions"
                f" int_processor_movements_by_month {TO_OPEN_AMOUNTS}"
            ),
        ),
    ],
    "assert_every_automatic_payout_is_the_sum_of_its_transactions": [
        Break(
            mistake="a sweep belongs to what comes after it",
            file=f"{STAGING}/paypal/stg_paypal__transaction_links.sql",
            old="            rows between unbounded preceding and 1 preceding",
            new="            rows between unbounded preceding and current row",
            through=(
                "stg_paypal__processor_transactions int_processor_transactions"
                " int_transaction_payouts fct_payout_items rpt_payouts"
            ),
        ),
        Break(
            mistake="the payout itself is listed among its transactions",
            file=f"{MARTS}/processors/fct_payout_items.sql",
            old="        and not transaction_payouts.is_payout_itself\n",
            new="",
        ),
    ],
    "assert_ageing_sums_to_the_receivable": [
        Break(
            mistake="a receivable is forgotten in the month after it last moved",
            file=f"{PROOFS}/int_receivables_by_month.sql",
            old="to_date.month_start <= reporting_months.month_start",
            new="to_date.month_start = reporting_months.month_start",
            through="rpt_ar_ageing",
        ),
        Break(
            mistake="two age classes overlap by a day",
            file=f"{POLICY}/receivable_age_buckets.csv",
            old="5,over 120,121,",
            new="5,over 120,2,",
            through="rpt_ar_ageing",
        ),
    ],
    "assert_every_aged_receivable_is_open": [
        Break(
            mistake="only what was taken over counts as asked",
            file=f"{PROOFS}/int_receivable_movements_by_month.sql",
            old="when event_type in ('invoice_finalised', 'opening_balance') then 'asked'",
            new="when event_type in ('opening_balance') then 'asked'",
            through="int_receivables_by_month rpt_ar_ageing",
        ),
        Break(
            mistake="settled receivables stay in the list",
            file=f"{PROOFS}/int_receivables_by_month.sql",
            old="    where\n        to_date.open_amount_minor <> 0\n        or",
            new="    where\n        to_date.original_amount_minor <> 0\n        or",
            through="rpt_ar_ageing",
        ),
    ],
    "assert_opening_balances_sum_to_zero": [
        Break(
            mistake="a receivable is taken over and nobody says against what",
            file=f"{POLICY}/opening_balances.csv",
            old="legacy_source,approved_by,note\n",
            new=(
                "legacy_source,approved_by,note\n"
                "main,accounts_receivable,OLD-1,,USD,2024-01-01,100.00,,,,,,ledger before,controller,\n"
            ),
            through=(
                "int_opening_balances int_opening_payments int_opening_events int_accounting_events"
                " int_expected_entries"
            ),
        ),
    ],
    "assert_account_details_sum_to_the_account": [
        Break(
            mistake="an open document is forgotten in the month after it last moved",
            file=f"{PROOFS}/int_account_documents_carried.sql",
            old="to_date.month_start <= reporting_months.month_start",
            new="to_date.month_start = reporting_months.month_start",
            through="rpt_account_details",
        ),
        Break(
            mistake="the month itself is in what is brought forward to it",
            file=f"{PROOFS}/int_account_documents_not_carried.sql",
            old="movements.month_start < reporting_months.month_start",
            new="movements.month_start <= reporting_months.month_start",
            through="rpt_account_details",
        ),
        Break(
            mistake="a role that policy does not name has no detail",
            file=f"{PROOFS}/int_account_documents.sql",
            old="coalesce(detail_keys.is_carried, false) as is_carried",
            new="nullif(detail_keys.is_carried, false) as is_carried",
            through="int_account_documents_carried int_account_documents_not_carried rpt_account_details",
        ),
    ],
    "assert_account_movements_sum_to_the_account": [
        Break(
            mistake="an event that only moves cents is left out",
            file=f"{MARTS}/balances/rpt_account_movements.sql",
            old="            and entries.entry_date <= reporting_months.as_of_date\n",
            new=(
                "            and entries.entry_date <= reporting_months.as_of_date\n"
                "            and entries.account_role <> 'fx_gain_loss'\n"
            ),
        ),
    ],
    "assert_fees_are_those_of_the_processor": [
        Break(
            mistake="fees that stand in a row of their own are forgotten",
            file=f"{ACCOUNTING}/int_processor_events.sql",
            old="        or kind = 'fee'\n",
            new="",
            through="int_accounting_events int_expected_entries",
        ),
    ],
    "assert_tax_is_drained_with_the_sale": [
        Break(
            mistake="tax of a refund is lost money and not the state's",
            file=f"{POLICY}/posting_rules.csv",
            old="refund,tax,,,tax_payable,processor_clearing,",
            new="refund,tax,,,other_loss,processor_clearing,",
            through=TO_ENTRIES,
        ),
    ],
    "assert_unmapped_accounts_sum_to_the_quarantine": [
        Break(
            mistake="only credits are listed",
            file=f"{MARTS}/balances/rpt_unmapped_accounts.sql",
            old="    where account_role is null\n",
            new="    where account_role is null and amount_minor < 0\n",
        ),
    ],
    "assert_customer_receivables_are_those_of_invoices": [
        Break(
            mistake="a class of age is counted in another one's column",
            file=f"{RECEIVABLES}/rpt_ar_by_customer.sql",
            old="bucket_number = 1 then",
            new="bucket_number >= 1 then",
        ),
        Break(
            mistake="old debts are left out",
            file=f"{RECEIVABLES}/rpt_ar_by_customer.sql",
            old="    from ageing\n",
            new="    from ageing\n    where bucket_number < 2\n",
        ),
    ],
    "assert_customer_balances_sum_to_the_account": [
        Break(
            mistake="a balance that pays an invoice has no column",
            file=f"{PROOFS}/int_customer_balance_movements_by_month.sql",
            old="when event_type = 'customer_balance_applied' then 'applied'",
            new="when event_type = 'customer_balance_applied' then 'used'",
            through="int_customer_balances_by_month rpt_customer_balances",
        ),
        Break(
            mistake="a customer is forgotten in the months in which nothing moves",
            file=f"{PROOFS}/int_customer_balances_by_month.sql",
            old="to_date.month_start <= reporting_months.month_start",
            new="to_date.month_start = reporting_months.month_start",
            through="rpt_customer_balances",
        ),
    ],
    "assert_closed_periods_stand_as_they_were_closed": [
        Break(
            mistake="a period is closed with a file that has one account, and that a cent wrong",
            file=f"{POLICY}/closes/nothing_closed.csv",
            old="accepted_by,reason,seal\n",
            new="accepted_by,reason,seal\n"
            "main,2024-04,1,balance,expected,,,,revenue,,,,,,0,1,0,-1,1,,,,,,,,\n",
            through="int_close_rows int_accounting_periods int_frozen_periods",
        ),
    ],
    "assert_corrections_lead_from_reported_to_corrected": [
        Break(
            mistake="credits are no longer posted, as if each had changed since its close",
            file=f"{PERIODS}/int_posted_entries.sql",
            old="    where posting_changes.posting_key is null\n",
            new="    where posting_changes.posting_key is null and keyed_entries.amount_minor > 0\n",
            through="int_period_figures rpt_period_presentations",
        ),
        Break(
            mistake="manual journals are left out of what the ledger shows",
            file=f"{PERIODS}/int_posted_ledger_lines.sql",
            old="    where posting_changes.posting_key is null\n",
            new="    where posting_changes.posting_key is null and not keyed_lines.is_manual\n",
            through="int_period_figures rpt_period_presentations",
        ),
    ],
    "assert_every_alert_rule_can_apply": [
        Break(
            mistake="a rule for large items does not say what is large",
            file=f"{POLICY}/alert_rules.csv",
            old="straggler,straggler,10,,,,,critical,true,,,,25000,,24,",
            new="straggler,straggler,10,,,,,critical,true,,,,,,24,",
            through="alert_rules",
        ),
        Break(
            mistake="a rule for sources names a leg and never meets one",
            file=f"{POLICY}/alert_rules.csv",
            old="source_late,source_late,10,,,,",
            new="source_late,source_late,10,,ledger,,",
            through="alert_rules",
        ),
    ],
    "assert_every_source_cadence_can_apply": [
        Break(
            mistake="a calendar is misspelt and no day of it is ever missed",
            file=f"{POLICY}/source_cadences.csv",
            old="plaid,,target,",
            new="plaid,,taget,",
            through="source_cadences",
        ),
        Break(
            mistake="limits are set for a table that no source lands",
            file=f"{POLICY}/source_cadences.csv",
            old="xero,,,1,3,2,",
            new="xero,journals,,1,3,2,",
            through="source_cadences",
        ),
    ],
    "assert_every_breach_belongs_to_one_alert": [
        Break(
            mistake="an alert that opens again is not told again",
            file=f"{ALERTS}/int_alerts.sql",
            old="    where breach_rank = 1\n",
            new="    where breach_rank = 1 and alert_number = 1\n",
            through="fct_alerts",
        ),
    ],
    "assert_no_alert_overlaps_itself": [
        Break(
            mistake="only a breach that begins as the last one ends goes on with its alert",
            file=f"{ALERTS}/int_alerts.sql",
            old="case when from_date <= held_before_to_date then 0",
            new="case when from_date = held_before_to_date then 0",
            through="fct_alerts",
        ),
    ],
    "assert_every_alert_is_beyond_its_limit": [
        Break(
            mistake="a balance that moves a little for long enough is an alert",
            file=f"{ALERTS}/int_drift_breaches.sql",
            old="        and grown.growth_minor > coalesce(grown.limit_share, 0) * grown.compared_minor\n",
            new="",
            through="int_breaches_of_items int_alert_breaches int_alerts fct_alerts",
        ),
    ],
    "assert_open_stragglers_are_the_large_open_documents": [
        Break(
            mistake="what is still open has no end to compare with and is left out",
            file=f"{ALERTS}/int_straggler_breaches.sql",
            old="    where waited.large_to_date is null or ",
            new="    where ",
            through="int_breaches_of_items int_alert_breaches int_alerts fct_alerts",
        ),
    ],
    "assert_every_close_is_locked": [
        Break(
            mistake="a period has a close and was opened by hand in the lock",
            file=f"{POLICY}/closes/nothing_closed.csv",
            old="accepted_by,reason,seal\n",
            new="accepted_by,reason,seal\n"
            "main,2024-04,1,period,,,,,,,,,,,,,,,,,,,start_date,2024-04-01,,,\n",
            through="int_close_rows int_accounting_periods",
        ),
    ],
    "assert_the_usage_chain_bills_what_was_invoiced": [
        Break(
            mistake="the invoice of the next month is taken for this month's",
            file=f"{QUANTITIES}/int_quantity_chain.sql",
            old="quantity_keys.period_start_date = invoiced.period_start_date",
            new="quantity_keys.period_end_date = invoiced.period_start_date",
            through="int_quantity_chain",
        ),
        Break(
            mistake="a line of one month is for none",
            file=f"{QUANTITIES}/int_invoiced_months.sql",
            old="on counted.month_count >= month_numbers.generated_number",
            new="on counted.month_count > month_numbers.generated_number",
            through="int_invoiced_months int_quantity_keys int_usage_invoiced int_quantity_chain",
        ),
    ],
    "assert_lines_share_all_that_became_of_their_invoice": [
        Break(
            mistake="revenue of months to come counts as recognised",
            file=f"{QUANTITIES}/int_invoice_line_outcomes.sql",
            old="    where not is_forecast\n",
            new="",
            through="int_invoice_line_outcomes",
        ),
        Break(
            mistake="each line is rounded for itself",
            file=f"{QUANTITIES}/int_invoice_line_outcomes.sql",
            old="        'weighed.gross_through_minor',\n"
            "            '(weighed.gross_through_minor - weighed.gross_amount_minor)',",
            new="        'weighed.gross_amount_minor',\n            '0',",
            through="int_invoice_line_outcomes",
        ),
    ],
    "assert_usage_findings_sum_to_the_difference": [
        Break(
            mistake="a price below the agreed one is no finding",
            file=f"{QUANTITIES}/int_usage_findings_of_parts.sql",
            old="    where price_part_minor <> 0",
            new="    where price_part_minor > 0",
            through="int_usage_evidence int_usage_findings",
        ),
        Break(
            mistake="what is billed after the end of an agreement is no finding",
            file=f"{QUANTITIES}/int_usage_findings_of_coverage.sql",
            old="        coverage in ('mapping_missing', 'stale_agreement_ended', 'unaccounted', 'not_due_yet')",
            new="        coverage in ('mapping_missing', 'unaccounted', 'not_due_yet')",
            through="int_usage_evidence int_usage_findings",
        ),
    ],
    "assert_every_usage_event_has_one_class": [
        Break(
            mistake="a class is renamed and has no column any more",
            file=f"{QUANTITIES}/int_usage_event_classes.sql",
            old="else 'invoiced'",
            new="else 'billed'",
            through="rpt_usage_completeness",
        ),
    ],
    "assert_usage_views_sum_to_the_usage_reconciliation": [
        Break(
            mistake="a client has the amount of its largest month",
            file=f"{MARTS}/usage/rpt_usage_by_client.sql",
            old="        sum(invoiced_amount) as invoiced_amount,",
            new="        max(invoiced_amount) as invoiced_amount,",
            through="rpt_usage_by_client",
        ),
        Break(
            mistake="a service shows only what is still to be done",
            file=f"{MARTS}/usage/rpt_usage_by_service.sql",
            old="    select * from {{ ref('fct_usage_reconciliation') }}\n",
            new="    select * from {{ ref('fct_usage_reconciliation') }}\n    where status = 'open'\n",
            through="rpt_usage_by_service",
        ),
    ],
    "assert_every_quantity_is_counted_once": [
        Break(
            mistake="what nobody has mapped is left out of the quantities",
            file=f"{QUANTITIES}/int_quantity_rows.sql",
            old="    left join client_references\n        on\n",
            new="    inner join client_references\n        on client_references.client_id is not null and\n",
        ),
        Break(
            mistake="units that a line takes back are added",
            file=f"{QUANTITIES}/int_billed_quantity_lines.sql",
            old="then -abs(invoice_lines.quantity_millionths)",
            new="then invoice_lines.quantity_millionths",
            through="int_quantity_rows_of_invoices int_quantity_rows",
        ),
        Break(
            mistake="whole units stand where millionths belong",
            file=f"{QUANTITIES}/int_quantity_rows.sql",
            old="{{ service_quantity('named_rows.quantity_millionths') }} as",
            new="{{ integer_divide('named_rows.quantity_millionths', 1000000) }} as",
        ),
    ],
}


def slug(sentence: str) -> str:
    """`A mistake, in words` as a_mistake_in_words."""
    return re.sub(r"[^a-z0-9]+", "_", sentence.lower()).strip("_")


def cases() -> Iterator[Any]:
    """Every break with its control, named so that a failure reads as a sentence."""
    for control, breaks in BREAKS.items():
        for one in breaks:
            yield pytest.param(control, one, id=f"{control}-{slug(one.mistake)}")


class Bench:
    """A built copy in which one mistake after the other is made and taken back.

    dbt reads the project once: a mistake changes a model's text in what it read, or a seed's file, and
    every mistake gets the demo's database anew.
    """

    def __init__(self, project: Path, built: Path) -> None:
        self.project = project
        self.built = built
        self.manifest = parsed_manifest(project)
        self.nodes = {node.original_file_path: node for node in self.manifest.nodes.values()}
        for node in self.nodes.values():
            if hasattr(node, "root_path"):
                # A seed is read from where it was first parsed, which was another copy.
                node.root_path = str(project)

    def run(self, *arguments: str) -> DbtRun:
        """Run dbt on the demo's database as it was built."""
        shutil.copyfile(self.built, self.project / WAREHOUSE)
        return run_dbt(self.project, *arguments, manifest=self.manifest)

    @contextmanager
    def broken(self, mistake: Break) -> Iterator[None]:
        """The mistake stands inside the block; its place must be found exactly once."""
        path, node = self.project / mistake.file, self.nodes[mistake.file]
        text = path.read_text(encoding="utf-8")
        assert text.count(mistake.old) == 1, (
            f"{mistake.file} has {text.count(mistake.old)} times what this break replaces: {mistake.old!r}"
        )
        path.write_text(text.replace(mistake.old, mistake.new), encoding="utf-8")
        raw_code = node.raw_code
        node.raw_code = raw_code.replace(mistake.old, mistake.new)
        try:
            yield
        finally:
            path.write_text(text, encoding="utf-8")
            node.raw_code = raw_code


def selection(control: str, mistake: Break) -> list[str]:
    """What to build: the broken file, what carries the mistake on, and the control."""
    source = Path(mistake.file).stem
    if mistake.through:
        return [source, *mistake.through.split(), control]
    return [f"{source}+,+{control}"]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory, lean_demo: DbtRun) -> Iterator[Bench]:
    """This worker's copy of the built demo to break."""
    project = copy_project(tmp_path_factory.mktemp("bench"), built=lean_demo, unit_tests=False)
    yield Bench(project, lean_demo.database)
    shutil.rmtree(project)


def test_every_control_is_green_before_anything_is_broken(bench):
    run = bench.run("test", "--select", *BREAKS, "--indirect-selection", "empty")
    statuses = {control: run.statuses.get(control, "missing") for control in BREAKS}
    assert set(statuses.values()) == {"pass"}, {k: v for k, v in statuses.items() if v != "pass"}


@pytest.mark.parametrize(("control", "mistake"), cases())
def test_the_control_bites(control, mistake, bench):
    with bench.broken(mistake):
        run = bench.run(
            "build", "--select", *selection(control, mistake), "--indirect-selection", "empty"
        )
    built = {name: status for name, status in run.statuses.items() if name != control}
    # What would be built after the control is skipped once it is red.
    broken_sql = {name: status for name, status in built.items() if status not in {"success", "skipped"}}
    assert not broken_sql, "the break must be a mistake, not an error:\n" + "\n".join(run.messages)
    assert run.statuses.get(control) == "fail", (
        f"{control} does not notice: {mistake.mistake} (built: {', '.join(built)})"
    )
