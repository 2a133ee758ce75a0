-- grain: one row per expected_item_id, recorded_item_id
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

matching_windows as (
    select * from {{ ref('int_matching_windows') }}
),

-- The days whose rate a bookkeeper could have taken in good faith.
dated_pairs as (
    select
        pairs.*,
        invoices.issued_date,
        invoices.paid_date,
        cast({{ dbt.last_day('pairs.recorded_date', 'month') }} as date) as month_end,
        cast({{ dbt.dateadd(
            'day', -1, dbt.date_trunc('month', 'pairs.recorded_date')
        ) }} as date) as previous_month_end
    from pairs
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

-- Every part was converted and rounded by itself, so each may be off by the tolerance. What the
-- rounding of both sides could make says nothing about rates.
converted_pairs as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        candidate_dates.rate_date,
        row_number() over (
            partition by pairs.expected_item_id, pairs.recorded_item_id
            order by candidate_dates.basis_rank asc
        ) as date_rank
    from pairs
    inner join candidate_dates
        on
            pairs.expected_item_id = candidate_dates.expected_item_id
            and pairs.recorded_item_id = candidate_dates.recorded_item_id
    inner join factors
        on
            pairs.transaction_currency_code = factors.from_currency_code
            and pairs.currency_code = factors.to_currency_code
            and candidate_dates.rate_date = factors.rate_date
    inner join matching_windows as windows
        on
            pairs.leg = windows.leg
            and pairs.date_distance <= windows.fx_timing_days
            and pairs.amount_distance > 2 * windows.fx_timing_amount_minor * pairs.part_count
            and abs(
                {{ convert_money(
                    'pairs.transaction_amount_minor', 'factors.multiplier', 'factors.divisor'
                ) }}
                - pairs.recorded_amount_minor
            ) <= windows.fx_timing_amount_minor * pairs.part_count
),

fx_timing_pairs as (
    select
        expected_item_id,
        recorded_item_id,
        rate_date
    from converted_pairs
    where date_rank = 1
)

select * from fx_timing_pairs
