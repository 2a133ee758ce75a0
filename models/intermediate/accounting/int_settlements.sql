-- grain: one row per entity_id, object_reference, kind
with

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

-- What the processor moved for one object (a charge, a refund, a dispute), in functional currency
-- at the rate of the money: its own conversion first, then the published rate of the day.
settlements as (
    select
        processor_transactions.entity_id,
        processor_transactions.object_reference,
        processor_transactions.kind,
        min(processor_transactions.payout_id) as payout_id,
        case
            when
                min(processor_transactions.presentment_currency_code)
                = max(processor_transactions.presentment_currency_code)
                then min(processor_transactions.presentment_currency_code)
        end as presentment_currency_code,
        cast(sum(processor_transactions.presentment_amount_minor) as bigint)
            as presentment_amount_minor,
        cast(sum({{ convert_money(
            'processor_transactions.gross_amount_minor', 'factors.multiplier', 'factors.divisor'
        ) }}) as bigint) as functional_amount_minor
    from processor_transactions
    inner join entities
        on processor_transactions.entity_id = entities.entity_id
    inner join factors
        on
            processor_transactions.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and processor_transactions.occurred_date = factors.rate_date
    where processor_transactions.object_reference is not null
    group by
        processor_transactions.entity_id,
        processor_transactions.object_reference,
        processor_transactions.kind
)

select * from settlements
