-- grain: one row per expected_item_id, recorded_item_id, basis
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
    where
        match_tier = 9
        and not is_customer_conflict
        and transaction_currency_code <> currency_code
),

invoices as (
    select * from {{ ref('int_invoices') }}
),

factors as (
    select * from {{ ref('int_rate_factors') }}
),

processor_transactions as (
    select * from {{ ref('int_processor_transactions') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- The days whose rate a bookkeeper could have taken in good faith: a month that is not over has no
-- rate of its end.
dated_pairs as (
    select
        pairs.*,
        invoices.issued_date,
        invoices.paid_date,
        case
            when
                cast({{ dbt.last_day('pairs.recorded_date', 'month') }} as date)
                <= entities.as_of_date
                then cast({{ dbt.last_day('pairs.recorded_date', 'month') }} as date)
        end as month_end,
        cast({{ dbt.dateadd(
            'day', -1, dbt.date_trunc('month', 'pairs.recorded_date')
        ) }} as date) as previous_month_end
    from pairs
    inner join entities
        on pairs.entity_id = entities.entity_id
    left join invoices
        on pairs.invoice_id = invoices.invoice_id
),

bases as (
    {{ dbt.generate_series(6) }}
),

candidate_dates as (
    select
        dated_pairs.expected_item_id,
        dated_pairs.recorded_item_id,
        dated_pairs.transaction_currency_code,
        dated_pairs.currency_code,
        bases.generated_number as basis_rank,
        case bases.generated_number
            when 1 then dated_pairs.recorded_date
            when 2 then dated_pairs.expected_date
            when 3 then dated_pairs.issued_date
            when 4 then dated_pairs.paid_date
            when 5 then dated_pairs.month_end
            else dated_pairs.previous_month_end
        end as rate_date
    from dated_pairs
    cross join bases
),

-- The processor's own rate is what it paid out for what the customer paid.
fx_timing_rates as (
    select
        candidate_dates.expected_item_id,
        candidate_dates.recorded_item_id,
        candidate_dates.basis_rank as basis,
        candidate_dates.rate_date,
        factors.multiplier,
        factors.divisor
    from candidate_dates
    inner join factors
        on
            candidate_dates.transaction_currency_code = factors.from_currency_code
            and candidate_dates.currency_code = factors.to_currency_code
            and candidate_dates.rate_date = factors.rate_date
    union all
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        7 as basis,
        min(processor_transactions.occurred_date) as rate_date,
        cast(
            abs(sum(processor_transactions.gross_amount_minor)) as {{ dbt.type_bigint() }}
        ) as multiplier,
        cast(
            abs(sum(processor_transactions.presentment_amount_minor)) as {{ dbt.type_bigint() }}
        ) as divisor
    from pairs
    inner join processor_transactions
        on
            pairs.entity_id = processor_transactions.entity_id
            and pairs.document_reference = processor_transactions.object_reference
            and pairs.currency_code = processor_transactions.currency_code
            and pairs.transaction_currency_code = processor_transactions.presentment_currency_code
    where processor_transactions.kind <> 'fee'
    group by
        pairs.expected_item_id,
        pairs.recorded_item_id
    having sum(processor_transactions.presentment_amount_minor) <> 0
)

select * from fx_timing_rates
