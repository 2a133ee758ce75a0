-- grain: one row per leg, entity_id, currency_code, document_key, from_date
with

unmatched_items as (
    select * from {{ ref('int_unmatched_items') }}
),

changes as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        open_from_date as from_date,
        side,
        case when amount_minor > 0 then amount_minor else 0 end as debit_change,
        case when amount_minor < 0 then -amount_minor else 0 end as credit_change
    from unmatched_items
    union all
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        open_to_date as from_date,
        side,
        case when amount_minor > 0 then -amount_minor else 0 end as debit_change,
        case when amount_minor < 0 then amount_minor else 0 end as credit_change
    from unmatched_items
    where open_to_date is not null
),

daily_changes as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        from_date,
        sum(case when side = 'expected' then debit_change else 0 end) as expected_debit,
        sum(case when side = 'expected' then credit_change else 0 end) as expected_credit,
        sum(case when side = 'recorded' then debit_change else 0 end) as recorded_debit,
        sum(case when side = 'recorded' then credit_change else 0 end) as recorded_credit
    from changes
    group by
        leg,
        entity_id,
        currency_code,
        document_key,
        from_date
),

-- What a document is worth is the larger total of an entry: its debits and credits are one amount,
-- and what is expected and what was recorded instead are one document.
open_amounts as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        from_date,
        greatest(
            {{ running_total_of_document('expected_debit') }},
            {{ running_total_of_document('expected_credit') }},
            {{ running_total_of_document('recorded_debit') }},
            {{ running_total_of_document('recorded_credit') }}
        ) as open_amount_minor
    from daily_changes
),

document_days as (
    select
        leg,
        entity_id,
        currency_code,
        document_key,
        from_date,
        lead(from_date) over (
            partition by leg, entity_id, currency_code, document_key
            order by from_date asc
        ) as to_date,
        cast(open_amount_minor as bigint) as open_amount_minor
    from open_amounts
)

select * from document_days
