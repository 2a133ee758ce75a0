-- grain: one row per correction_id
with

period_corrections as (
    select * from {{ ref('int_period_corrections') }}
),

correction_causes as (
    select * from {{ ref('correction_causes') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

documented_corrections as (
    select
        period_corrections.posted_period || ':' || period_corrections.posting_key as correction_id,
        period_corrections.entity_id,
        period_corrections.original_period,
        period_corrections.original_date,
        period_corrections.posted_period,
        period_corrections.posted_date,
        period_corrections.side,
        period_corrections.event_type,
        period_corrections.document_reference,
        period_corrections.source_name,
        period_corrections.source_table,
        period_corrections.source_record_id,
        period_corrections.account_role,
        entities.functional_currency_code as currency_code,
        {{ major_units(
            'period_corrections.functional_amount_minor', 'entities.functional_exponent'
        ) }} as correction_amount,
        period_corrections.currency_code as document_currency_code,
        {{ major_units('period_corrections.amount_minor', 'currencies.exponent') }}
            as document_amount,
        period_corrections.cause,
        period_corrections.is_closed,
        period_corrections.event_type || ' ' || period_corrections.document_reference || ' of '
        || cast(period_corrections.original_date as {{ dbt.type_string() }})
        || ', period ' || period_corrections.original_period || ': ' || correction_causes.title
        || ' (' || correction_causes.explanation || '). The difference on '
        || period_corrections.account_role || ' is posted on '
        || cast(period_corrections.posted_date as {{ dbt.type_string() }})
        || ' in period ' || period_corrections.posted_period as explanation
    from period_corrections
    inner join entities
        on period_corrections.entity_id = entities.entity_id
    inner join correction_causes
        on period_corrections.cause = correction_causes.cause
    left join currencies
        on period_corrections.currency_code = currencies.currency_code
)

select * from documented_corrections
