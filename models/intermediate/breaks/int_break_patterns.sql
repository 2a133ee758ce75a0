-- grain: one row per pattern_id
with

pattern_items as (
    select * from {{ ref('int_break_pattern_items') }}
),

patterns as (
    select
        pattern_id,
        leg,
        entity_id,
        status,
        side,
        currency_code,
        kind,
        account_role,
        cause,
        failed_predicate_set,
        lag_bucket,
        ratio_bucket,
        cast(count(*) as {{ dbt.type_bigint() }}) as item_count,
        cast(sum(amount_minor) as {{ dbt.type_bigint() }}) as amount_minor,
        cast(sum(abs(amount_minor)) as {{ dbt.type_bigint() }}) as gross_amount_minor,
        min(item_date) as first_date,
        max(item_date) as last_date
    from pattern_items
    group by
        pattern_id,
        leg,
        entity_id,
        status,
        side,
        currency_code,
        kind,
        account_role,
        cause,
        failed_predicate_set,
        lag_bucket,
        ratio_bucket
),

-- The widest of what the members need covers every one of them.
changes as (
    select
        pattern_id,
        change_key,
        count(*) as covered_count,
        min(item_id) as example_item_id,
        max(case when has_rule_change then 1 else 0 end) as is_rule_change,
        max(date_window_days) as date_window_days,
        max(amount_tolerance_minor) as amount_tolerance_minor,
        max(amount_tolerance_bps) as amount_tolerance_bps,
        min(case when requires_customer then 1 else 0 end) = 1 as requires_customer
    from pattern_items
    group by
        pattern_id,
        change_key
),

ranked_changes as (
    select
        *,
        row_number() over (
            partition by pattern_id
            order by is_rule_change desc, covered_count desc, change_key asc
        ) as change_rank
    from changes
),

break_patterns as (
    select
        patterns.*,
        ranked_changes.example_item_id,
        cast(
            case when ranked_changes.is_rule_change = 1 then ranked_changes.covered_count else 0 end
            as {{ dbt.type_bigint() }}
        ) as covered_count,
        ranked_changes.date_window_days,
        ranked_changes.amount_tolerance_minor,
        ranked_changes.amount_tolerance_bps,
        ranked_changes.requires_customer
    from patterns
    inner join ranked_changes
        on
            patterns.pattern_id = ranked_changes.pattern_id
            and ranked_changes.change_rank = 1
)

select * from break_patterns
