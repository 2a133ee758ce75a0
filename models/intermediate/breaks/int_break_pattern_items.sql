-- grain: one row per item_id
with

near_misses as (
    select * from {{ ref('int_near_misses') }}
),

rule_needs as (
    select * from {{ ref('int_rule_needs') }}
),

break_causes as (
    select * from {{ ref('int_break_causes') }}
),

buckets as (
    select * from {{ ref('break_pattern_buckets') }}
),

measured as (
    select
        near_misses.*,
        break_causes.cause,
        coalesce(near_misses.event_type, near_misses.journal_kind, 'none') as kind,
        {{ integer_divide(
            wide_integer('near_misses.recorded_amount_minor') ~ ' * 1000000',
            'near_misses.expected_amount_minor'
        ) }} as ratio_millionths
    from near_misses
    inner join break_causes
        on near_misses.item_id = break_causes.item_id
),

-- Breaks of one shape have one name. The change that a shape asks for is told apart by its key.
pattern_items as (
    select
        measured.item_id,
        measured.leg,
        measured.entity_id,
        measured.status,
        measured.side,
        measured.currency_code,
        measured.kind,
        measured.account_role,
        measured.cause,
        measured.failed_predicate_set,
        coalesce(lag_buckets.bucket, 'no candidate') as lag_bucket,
        coalesce(ratio_buckets.bucket, 'no candidate') as ratio_bucket,
        measured.amount_minor,
        measured.item_date,
        measured.wording || '|' || coalesce(rule_needs.rule, '') || '|'
        || case
            when rule_needs.rule in ('structural', 'structural_without_customer')
                then rule_needs.event_type
            else ''
        end as change_key,
        measured.has_rule_change,
        rule_needs.date_window_days,
        rule_needs.amount_tolerance_minor,
        rule_needs.amount_tolerance_bps,
        rule_needs.requires_customer
    from measured
    left join rule_needs
        on
            measured.expected_item_id = rule_needs.expected_item_id
            and measured.recorded_item_id = rule_needs.recorded_item_id
            and measured.has_rule_change
    left join buckets as lag_buckets
        on
            lag_buckets.measure = 'lag_days'
            and measured.days_after_item
            >= coalesce(lag_buckets.from_value, measured.days_after_item)
            and measured.days_after_item
            <= coalesce(lag_buckets.to_value, measured.days_after_item)
    left join buckets as ratio_buckets
        on
            ratio_buckets.measure = 'ratio_millionths'
            and measured.ratio_millionths
            >= coalesce(ratio_buckets.from_value, measured.ratio_millionths)
            and measured.ratio_millionths
            <= coalesce(ratio_buckets.to_value, measured.ratio_millionths)
),

break_pattern_items as (
    select
        *,
        'pattern:' || leg || '|' || entity_id || '|' || side || '|' || status || '|'
        || currency_code || '|' || kind || '|' || account_role || '|' || cause || '|'
        || failed_predicate_set || '|' || lag_bucket || '|' || ratio_bucket as pattern_id
    from pattern_items
)

select * from break_pattern_items
