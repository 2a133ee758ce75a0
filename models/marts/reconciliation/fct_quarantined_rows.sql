-- grain: one row per source_name, source_table, source_relation, source_record_id, version_number
with

unreadable_rows as (
    select * from {{ ref('int_quarantined_rows') }}
),

rows_without_rate as (
    select * from {{ ref('int_rows_without_rate') }}
),

accruals_without_rate as (
    select * from {{ ref('int_accruals_without_rate') }}
),

unreadable_loads as (
    select * from {{ ref('int_unreadable_loads') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

held_back as (
    select
        source_name,
        source_table,
        source_relation,
        source_record_id,
        version_number,
        entity_id,
        reason,
        currency_code,
        amount_minor,
        recorded_at
    from unreadable_rows
    union all
    select
        source_name,
        source_table,
        source_relation,
        source_record_id,
        version_number,
        entity_id,
        reason,
        currency_code,
        amount_minor,
        recorded_at
    from rows_without_rate
    union all
    select
        source_name,
        source_table,
        source_relation,
        source_record_id,
        version_number,
        entity_id,
        reason,
        currency_code,
        amount_minor,
        recorded_at
    from accruals_without_rate
    union all
    select
        source_name,
        source_table,
        source_relation,
        source_record_id,
        version_number,
        entity_id,
        reason,
        currency_code,
        amount_minor,
        recorded_at
    from unreadable_loads
),

quarantined_rows as (
    select
        held_back.source_name,
        held_back.source_table,
        held_back.source_relation,
        held_back.source_record_id,
        cast(held_back.version_number as integer) as version_number,
        held_back.entity_id,
        held_back.reason,
        held_back.currency_code,
        -- Without a known currency nobody can say where the decimal point of the amount is.
        {{ major_units('held_back.amount_minor', 'currencies.exponent') }} as amount,
        held_back.recorded_at
    from held_back
    left join currencies
        on held_back.currency_code = currencies.currency_code
)

select * from quarantined_rows
