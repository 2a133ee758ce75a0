-- grain: one row per estimate_id, effective_from
with

variable_consideration as (
    select * from {{ ref('variable_consideration') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

read as (
    select
        variable_consideration.estimate_id,
        variable_consideration.effective_from,
        variable_consideration.constraint_bps,
        {{ minor_units('variable_consideration.estimate_amount', 'currencies.exponent') }}
            as estimate_amount_minor
    from variable_consideration
    left join currencies
        on variable_consideration.currency_code = currencies.currency_code
),

-- Only what will not have to be given back again is taken into the price (ASC 606-10-32-11).
estimate_amounts as (
    select
        estimate_id,
        effective_from,
        {{ round_ratio('estimate_amount_minor', '10000 - constraint_bps', '10000') }}
            as included_amount_minor
    from read
)

select * from estimate_amounts
