-- Invariant: opening MRR plus movements is closing MRR, and the next month opens there.
-- Grain: entity, currency, customer, month.
-- A row: a customer's month whose movements do not lead from opening to closing, or a broken chain.
-- Then: read the customer's lines in int_recurring_rates for that month and the one before.
with

mrr as (
    select
        *,
        cast({{ dbt.dateadd('month', -1, 'month_start') }} as date) as month_before
    from {{ ref('rpt_mrr') }}
),

last_months as (
    select
        entity_id,
        cast({{ dbt.date_trunc('month', 'as_of_date') }} as date) as month_start
    from {{ ref('int_entities') }}
),

-- The month after each month with MRR, as far as the as-of month.
chained as (
    select
        coalesce(mrr.entity_id, mrr_before.entity_id) as entity_id,
        coalesce(mrr.currency_code, mrr_before.currency_code) as currency_code,
        coalesce(mrr.customer_id, mrr_before.customer_id) as customer_id,
        mrr.month_start,
        mrr_before.month_start as month_before,
        mrr_before.closing_amount as closing_before_amount,
        mrr.opening_amount,
        mrr.closing_amount,
        mrr.opening_amount + mrr.new_amount + mrr.expansion_amount + mrr.contraction_amount
        + mrr.churn_amount + mrr.reactivation_amount + mrr.calendar_amount as carried_amount
    from mrr
    full outer join mrr as mrr_before
        on
            mrr.entity_id = mrr_before.entity_id
            and mrr.currency_code = mrr_before.currency_code
            and coalesce(mrr.customer_id, '') = coalesce(mrr_before.customer_id, '')
            and mrr.month_before = mrr_before.month_start
),

compared as (
    select
        chained.*,
        case
            when
                chained.month_start is not null
                and chained.carried_amount <> chained.closing_amount
                then 'movements do not lead to the closing'
            when
                chained.month_start is not null
                and coalesce(chained.closing_before_amount, 0) <> chained.opening_amount
                then 'opens elsewhere'
            when
                chained.month_start is null
                and chained.closing_before_amount <> 0
                and chained.month_before < last_months.month_start
                then 'the next month is missing'
            else 'ok'
        end as status
    from chained
    inner join last_months
        on chained.entity_id = last_months.entity_id
)

select * from compared
where status <> 'ok'
