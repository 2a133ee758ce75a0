-- grain: one row per source_relation, source_record_id, version_number
with

balance_transactions as (
    select * from {{ ref('stg_stripe__balance_transactions') }}
),

processor_objects as (
    select * from {{ ref('stg_stripe__processor_objects') }}
),

payout_links as (
    select * from {{ ref('stg_stripe__payout_links') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

linked as (
    select
        balance_transactions.*,
        processor_objects.charge_reference,
        processor_objects.customer_id,
        processor_objects.is_live,
        currencies.currency_code as known_currency_code,
        coalesce(payout_links.payout_reference, balance_transactions.payout_reference)
            as payout_key,
        case
            when balance_transactions.exchange_rate > 0 then object_currencies.currency_code
        end as converted_currency_code,
        case
            when balance_transactions.category = 'partial_capture_reversal'
                then processor_objects.uncaptured_amount_minor
            else processor_objects.amount_minor
        end as object_amount_minor,
        {{ wide_integer('balance_transactions.exchange_rate * 100000000') }}
        * {{ power_of_ten('currencies.exponent') }} as settlement_weight,
        {{ wide_integer('100000000') }}
        * {{ power_of_ten('object_currencies.exponent') }} as presentment_weight
    from balance_transactions
    left join processor_objects
        on
            balance_transactions.object_reference = processor_objects.object_reference
            and coalesce(balance_transactions.source_relation, '') = processor_objects.relation_key
    left join payout_links
        on
            balance_transactions.source_record_id = payout_links.balance_transaction_reference
            and coalesce(balance_transactions.source_relation, '') = payout_links.relation_key
    left join currencies
        on balance_transactions.currency_code = currencies.currency_code
    left join currencies as object_currencies
        on processor_objects.currency_code = object_currencies.currency_code
),

processor_transactions as (
    select
        {{ prefixed_id('stripe', 'source_relation', 'source_record_id') }}
            as processor_transaction_id,
        'stripe' as processor_name,
        kind,
        charge_reference,
        object_reference,
        {{ prefixed_id('stripe', 'source_relation', 'payout_key') }} as payout_id,
        customer_id,
        currency_code,
        gross_amount_minor,
        fee_amount_minor,
        net_amount_minor,
        coalesce(converted_currency_code, currency_code) as presentment_currency_code,
        -- The customer's amount is the object's own when the rate leads from it to the
        -- settlement; otherwise only part of the object moved, and the rate leads back.
        case
            when converted_currency_code is null then gross_amount_minor
            when
                abs(gross_amount_minor) = {{ round_ratio(
                    wide_integer('object_amount_minor'), 'settlement_weight', 'presentment_weight'
                ) }}
                then cast(sign(gross_amount_minor) * object_amount_minor as bigint)
            else {{ round_ratio(
                wide_integer('gross_amount_minor'), 'presentment_weight', 'settlement_weight'
            ) }}
        end as presentment_amount_minor,
        exchange_rate,
        occurred_at,
        available_at,
        'stripe' as source_name,
        'balance_transaction' as source_table,
        source_record_id,
        source_relation,
        version_number,
        occurred_at as recorded_at,
        synced_at,
        case
            when source_record_id is null then 'missing_key'
            when currency_code is null then 'missing_currency'
            when known_currency_code is null then 'unknown_currency'
            when gross_amount_minor is null or fee_amount_minor is null then 'unreadable_amount'
            when occurred_at is null then 'unreadable_time'
        end as quarantine_reason,
        case
            when source_record_id is not null and version_number > 1 then 'superseded'
            when not is_live then 'test_mode'
        end as ignore_reason,
        -- Stripe's rows do not say what was left after them.
        cast(null as {{ dbt.type_bigint() }}) as ending_balance_amount_minor
    from linked
)

select * from processor_transactions
