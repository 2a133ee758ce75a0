-- Invariant: billing against processor holds every payment, refund and dispute of both sides once (L19).
-- Grain: side, entity, kind of movement, processor, currency.
-- A row: the report forgets or repeats money that billing or a processor has.
-- Then: compare int_payments or int_processor_transactions with the rows of the report.
with

counted as (
    select
        'billing' as side,
        entity_id,
        'payment' as event_type,
        coalesce(processor_name, 'none') as processor_name,
        currency_code,
        1 as movement_count,
        billed_amount_minor as amount_minor
    from {{ ref('int_payments') }}
    union all
    select
        'billing' as side,
        entity_id,
        'refund' as event_type,
        source_name as processor_name,
        currency_code,
        1 as movement_count,
        -amount_minor as amount_minor
    from {{ ref('int_refunds') }}
    where posted_date is not null and {{ plays_role('source_name', 'billing_sources') }}
    union all
    select
        'processor' as side,
        entity_id,
        case kind
            when 'charge' then 'payment'
            when 'refund_failure' then 'refund_failed'
            when 'dispute' then 'dispute_opened'
            when 'dispute_reversal' then 'dispute_won'
            else kind
        end as event_type,
        processor_name,
        presentment_currency_code as currency_code,
        1 as movement_count,
        presentment_amount_minor as amount_minor
    from {{ ref('int_processor_transactions') }}
    where kind in ('charge', 'refund', 'refund_failure', 'dispute', 'dispute_reversal')
),

sources as (
    select
        counted.side,
        counted.entity_id,
        counted.event_type,
        counted.processor_name,
        counted.currency_code,
        sum(counted.movement_count) as movement_count,
        sum({{ major_units('counted.amount_minor', 'currencies.exponent') }}) as amount
    from counted
    inner join {{ ref('currencies') }} as currencies
        on counted.currency_code = currencies.currency_code
    group by
        counted.side,
        counted.entity_id,
        counted.event_type,
        counted.processor_name,
        counted.currency_code
),

report as (
    select
        'billing' as side,
        entity_id,
        event_type,
        processor_name,
        billing_currency_code as currency_code,
        count(*) as movement_count,
        sum(billing_amount) as amount
    from {{ ref('rpt_billing_to_processor') }}
    where is_in_billing and event_type in ('payment', 'refund')
    group by entity_id, event_type, processor_name, billing_currency_code
    union all
    select
        'processor' as side,
        entity_id,
        event_type,
        processor_name,
        presentment_currency_code as currency_code,
        sum(transaction_count) as movement_count,
        sum(presentment_amount) as amount
    from {{ ref('rpt_billing_to_processor') }}
    where is_at_processor
    group by entity_id, event_type, processor_name, presentment_currency_code
),

compared as (
    select
        coalesce(sources.side, report.side) as side,
        coalesce(sources.entity_id, report.entity_id) as entity_id,
        coalesce(sources.event_type, report.event_type) as event_type,
        coalesce(sources.processor_name, report.processor_name) as processor_name,
        coalesce(sources.currency_code, report.currency_code) as currency_code,
        sources.movement_count as source_count,
        report.movement_count as report_count,
        sources.amount as source_amount,
        report.amount as report_amount,
        case
            when sources.side is null or report.side is null then 'one-sided'
            when sources.movement_count <> report.movement_count then 'count'
            when sources.amount <> report.amount then 'amount'
            else 'ok'
        end as status
    from sources
    full outer join report
        on
            sources.side = report.side
            and sources.entity_id = report.entity_id
            and sources.event_type = report.event_type
            and sources.processor_name = report.processor_name
            and sources.currency_code = report.currency_code
)

select * from compared
where status <> 'ok'
