-- grain: one row per event_id
with

bank_lines as (
    select * from {{ ref('int_bank_lines') }}
),

bank_line_classes as (
    select * from {{ ref('int_bank_line_classes') }}
    where event_type is not null
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- What only the bank knows. A fee is a cost, so money out is positive there.
movements as (
    select
        bank_lines.*,
        bank_line_classes.event_type,
        bank_line_classes.document_reference,
        bank_line_classes.customer_id,
        bank_line_classes.invoice_id,
        case bank_line_classes.event_type
            when 'bank_fee' then -bank_lines.amount_minor
            else bank_lines.amount_minor
        end as posted_amount_minor
    from bank_lines
    inner join bank_line_classes
        on bank_lines.bank_line_id = bank_line_classes.bank_line_id
    where bank_lines.amount_minor <> 0
),

bank_events as (
    select
        {{ dbt.concat(['movements.event_type', "':'", 'movements.bank_line_id']) }} as event_id,
        movements.entity_id,
        movements.event_type,
        case movements.event_type when 'bank_fee' then 'fee' else 'received' end as component,
        movements.source_name,
        movements.source_table,
        movements.source_record_id,
        coalesce(movements.document_reference, movements.source_record_id) as document_reference,
        movements.customer_id,
        null as counterparty_reference,
        movements.invoice_id,
        null as obligation_id,
        movements.currency_code,
        movements.posted_amount_minor as amount_minor,
        entities.functional_currency_code,
        {{ convert_money(
            'movements.posted_amount_minor', 'factors.multiplier', 'factors.divisor'
        ) }} as functional_amount_minor,
        movements.posted_date as event_date,
        movements.posted_date as policy_date,
        movements.recorded_at
    from movements
    inner join entities
        on movements.entity_id = entities.entity_id
    inner join factors
        on
            movements.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and movements.posted_date = factors.rate_date
)

select * from bank_events
