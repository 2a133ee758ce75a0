-- grain: one row per item_id
with

break_items as (
    select * from {{ ref('int_break_items') }}
    where
        expected_item_id is not null
        and recorded_item_id is not null
        and residual_amount_minor = 0
        and is_cut_off
),

accounting_periods as (
    select * from {{ ref('accounting_periods') }}
    where status = 'closed'
),

-- What was recorded after its own period had closed could only be booked in a later one.
evidence as (
    select
        break_items.item_id,
        'closed_period_correction' as cause,
        'period ' || accounting_periods.period || ' had closed on '
        || cast(cast(accounting_periods.closed_at as date) as {{ dbt.type_string() }})
        || ', before it was recorded' as finding
    from break_items
    inner join accounting_periods
        on
            break_items.entity_id = accounting_periods.entity_id
            and break_items.expected_date
            between accounting_periods.start_date and accounting_periods.end_date
            and break_items.recorded_date > accounting_periods.end_date
            and break_items.posting_recorded_at >= accounting_periods.closed_at
)

select * from evidence
