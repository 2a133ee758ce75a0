-- grain: one row per scenario, reduction_id, is_reversal
with

reductions as (
    select * from {{ ref('int_reductions') }}
),

starts_and_reversals as (
    select
        scenario,
        reduction_id,
        invoice_id,
        false as is_reversal,
        started_at as changed_at,
        started_date as changed_date,
        source_record_id
    from reductions
    union all
    select
        scenario,
        reduction_id,
        invoice_id,
        true as is_reversal,
        reversed_at as changed_at,
        reversed_date as changed_date,
        source_record_id
    from reductions
    where reversed_at is not null
),

reduction_changes as (
    select
        scenario,
        reduction_id,
        invoice_id,
        is_reversal,
        changed_at,
        changed_date,
        row_number() over (
            partition by scenario, invoice_id
            order by changed_at, source_record_id, reduction_id, is_reversal
        ) as change_number
    from starts_and_reversals
)

select * from reduction_changes
