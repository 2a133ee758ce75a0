-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

fx_timing_pairs as (
    select * from {{ ref('int_fx_timing_pairs') }}
),

proration_pairs as (
    select * from {{ ref('int_proration_pairs') }}
),

fees as (
    select
        break_items.item_id,
        processor_transactions.source_record_id as transaction_reference
    from break_items
    inner join processor_transactions
        on
            break_items.entity_id = processor_transactions.entity_id
            and break_items.document_reference = processor_transactions.object_reference
            and processor_transactions.kind = 'charge'
            and processor_transactions.fee_amount_minor > 0
    left join factors
        on
            processor_transactions.currency_code = factors.from_currency_code
            and break_items.currency_code = factors.to_currency_code
            and processor_transactions.occurred_date = factors.rate_date
    where
        break_items.expected_item_id is not null
        and break_items.recorded_item_id is not null
        and abs(break_items.residual_amount_minor) = case
            when processor_transactions.currency_code = break_items.currency_code
                then processor_transactions.fee_amount_minor
            else {{ convert_money(
                'processor_transactions.fee_amount_minor', 'factors.multiplier', 'factors.divisor'
            ) }}
        end
),

evidence as (
    select
        item_id,
        'fee_not_stripped' as cause,
        'the difference is the fee of ' || min(transaction_reference) as finding
    from fees
    group by item_id
    union all
    select
        item_id,
        'wrong_customer' as cause,
        'the document is of ' || expected_customer_id || ', the posting of ' || recorded_customer_id
            as finding
    from break_items
    where match_rule = 'by_reference' and expected_customer_id <> recorded_customer_id
    union all
    select
        break_items.item_id,
        'fx_timing' as cause,
        'the recorded amount follows from the rate of '
        || cast(fx_timing_pairs.rate_date as {{ dbt.type_string() }}) as finding
    from break_items
    inner join fx_timing_pairs
        on
            break_items.expected_item_id = fx_timing_pairs.expected_item_id
            and break_items.recorded_item_id = fx_timing_pairs.recorded_item_id
    where break_items.match_rule = 'fx_timing'
    union all
    select
        break_items.item_id,
        'proration' as cause,
        'the prorated lines were counted ' || replace(proration_pairs.convention, '_', ' ')
            as finding
    from break_items
    inner join proration_pairs
        on
            break_items.expected_item_id = proration_pairs.expected_item_id
            and break_items.recorded_item_id = proration_pairs.recorded_item_id
    where break_items.match_rule = 'proration'
    union all
    select
        item_id,
        'cut_off' as cause,
        'the amounts agree, the months do not' as finding
    from break_items
    where residual_amount_minor = 0 and is_cut_off
    union all
    select
        item_id,
        'reference_missing' as cause,
        'customer, amount and date agree, the posting quotes no document that billing knows'
            as finding
    from break_items
    where match_tier in (6, 7)
)

select * from evidence
