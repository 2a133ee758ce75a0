-- Invariant: the rollforwards by product and by customer each sum to the one by currency (L19).
-- Grain: dimension, entity, currency, month.
-- A row: a month in which a column of a rollforward differs in sum, or one side has no row.
-- Then: find the line that int_deferred_revenue_movements gives to no product or customer, or two.
with

by_dimension as (
    select
        'product' as dimension,
        entity_id,
        currency_code,
        month_start,
        sum(opening_amount) as opening_amount,
        sum(billed_amount) as billed_amount,
        sum(recognised_amount) as recognised_amount,
        sum(refunds_amount) as refunds_amount,
        sum(credit_notes_amount) as credit_notes_amount,
        sum(voids_amount) as voids_amount,
        sum(write_offs_amount) as write_offs_amount,
        sum(disputes_amount) as disputes_amount,
        sum(corrections_amount) as corrections_amount,
        sum(fx_amount) as fx_amount,
        sum(closing_amount) as closing_amount,
        sum(long_term_closing_amount) as long_term_closing_amount,
        sum(current_closing_amount) as current_closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_product') }}
    group by
        entity_id,
        currency_code,
        month_start
    union all
    select
        'customer' as dimension,
        entity_id,
        currency_code,
        month_start,
        sum(opening_amount) as opening_amount,
        sum(billed_amount) as billed_amount,
        sum(recognised_amount) as recognised_amount,
        sum(refunds_amount) as refunds_amount,
        sum(credit_notes_amount) as credit_notes_amount,
        sum(voids_amount) as voids_amount,
        sum(write_offs_amount) as write_offs_amount,
        sum(disputes_amount) as disputes_amount,
        sum(corrections_amount) as corrections_amount,
        sum(fx_amount) as fx_amount,
        sum(closing_amount) as closing_amount,
        sum(long_term_closing_amount) as long_term_closing_amount,
        sum(current_closing_amount) as current_closing_amount
    from {{ ref('rpt_deferred_revenue_rollforward_by_customer') }}
    group by
        entity_id,
        currency_code,
        month_start
),

dimensions as (
    select 'product' as dimension
    union all
    select 'customer' as dimension
),

by_currency as (
    select
        dimensions.dimension,
        rollforward.*
    from {{ ref('rpt_deferred_revenue_rollforward_by_currency') }} as rollforward
    cross join dimensions
),

compared as (
    select
        coalesce(by_currency.dimension, by_dimension.dimension) as dimension,
        coalesce(by_currency.entity_id, by_dimension.entity_id) as entity_id,
        coalesce(by_currency.currency_code, by_dimension.currency_code) as currency_code,
        coalesce(by_currency.month_start, by_dimension.month_start) as month_start,
        by_currency.closing_amount,
        by_dimension.closing_amount as sum_of_closing_amounts,
        case
            when by_currency.entity_id is null then 'not in the rollforward by currency'
            when by_currency.opening_amount <> coalesce(by_dimension.opening_amount, 0)
                then 'opening differs'
            when by_currency.billed_amount <> coalesce(by_dimension.billed_amount, 0)
                then 'billed differs'
            when by_currency.recognised_amount <> coalesce(by_dimension.recognised_amount, 0)
                then 'recognised differs'
            when by_currency.refunds_amount <> coalesce(by_dimension.refunds_amount, 0)
                then 'refunds differs'
            when by_currency.credit_notes_amount <> coalesce(by_dimension.credit_notes_amount, 0)
                then 'credit notes differs'
            when by_currency.voids_amount <> coalesce(by_dimension.voids_amount, 0)
                then 'voids differs'
            when by_currency.write_offs_amount <> coalesce(by_dimension.write_offs_amount, 0)
                then 'write offs differs'
            when by_currency.disputes_amount <> coalesce(by_dimension.disputes_amount, 0)
                then 'disputes differs'
            when by_currency.corrections_amount <> coalesce(by_dimension.corrections_amount, 0)
                then 'corrections differs'
            when by_currency.fx_amount <> coalesce(by_dimension.fx_amount, 0)
                then 'fx differs'
            when by_currency.closing_amount <> coalesce(by_dimension.closing_amount, 0)
                then 'closing differs'
            when
                by_currency.long_term_closing_amount
                <> coalesce(by_dimension.long_term_closing_amount, 0)
                then 'long term closing differs'
            when
                by_currency.current_closing_amount
                <> coalesce(by_dimension.current_closing_amount, 0)
                then 'current closing differs'
            else 'ok'
        end as status
    from by_currency
    full outer join by_dimension
        on
            by_currency.dimension = by_dimension.dimension
            and by_currency.entity_id = by_dimension.entity_id
            and by_currency.currency_code = by_dimension.currency_code
            and by_currency.month_start = by_dimension.month_start
)

select * from compared
where status <> 'ok'
