-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where status in ('expected_only', 'recorded_only', 'discrepancy')
),

candidates as (
    select * from {{ ref('int_near_miss_candidates') }}
),

facts as (
    select * from {{ ref('int_near_miss_facts') }}
),

near_miss_texts as (
    select * from {{ ref('int_near_miss_texts') }}
),

lone_wordings as (
    select * from {{ ref('near_miss_wordings') }}
    where kind = 'lone'
),

crowded_items as (
    select * from {{ ref('int_crowded_items') }}
),

near_misses as (
    select
        break_items.item_id,
        break_items.side,
        break_items.leg,
        break_items.entity_id,
        break_items.status,
        break_items.event_type,
        break_items.journal_kind,
        break_items.account_role,
        break_items.document_reference,
        break_items.currency_code,
        break_items.amount_minor,
        break_items.item_date,
        candidates.candidate_item_id,
        candidates.expected_item_id,
        candidates.recorded_item_id,
        facts.expected_amount_minor,
        facts.recorded_amount_minor,
        case break_items.side
            when 'expected' then facts.days_after_expected else -facts.days_after_expected
        end as days_after_item,
        candidates.is_same_reference,
        candidates.is_same_role,
        candidates.is_same_currency,
        candidates.is_same_customer,
        candidates.is_same_sign,
        candidates.is_taken,
        candidates.is_ambiguous,
        candidates.amount_distance,
        candidates.date_distance as date_distance_days,
        candidates.business_days_apart as business_distance_days,
        candidates.fitting_candidate_count,
        candidates.fitting_item_count,
        coalesce(candidates.has_rule_change, false) as has_rule_change,
        case
            when candidates.wording is not null then candidates.wording
            when crowded_items.item_id is not null then 'none_compared'
            else 'none_candidate'
        end as wording,
        coalesce(near_miss_texts.failed_predicate_count, 0) as failed_predicate_count,
        coalesce(near_miss_texts.failed_predicate_set, 'no candidate') as failed_predicate_set,
        coalesce(
            near_miss_texts.failed_predicates,
            {{ filled_text('lone_wordings.sentence', {
                'document': 'coalesce(break_items.document_reference, break_items.quoted_text, '
                    'break_items.item_id)',
            }) }}
        ) as failed_predicates
    from break_items
    left join candidates
        on break_items.item_id = candidates.item_id
    left join facts
        on
            candidates.expected_item_id = facts.expected_item_id
            and candidates.recorded_item_id = facts.recorded_item_id
    left join near_miss_texts
        on break_items.item_id = near_miss_texts.item_id
    left join crowded_items
        on break_items.item_id = crowded_items.item_id
    left join lone_wordings
        on
            lone_wordings.wording
            = case when crowded_items.item_id is null then 'no_candidate' else 'no_comparison' end
)

select * from near_misses
