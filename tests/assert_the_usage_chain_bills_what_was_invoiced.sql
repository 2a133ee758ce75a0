-- Invariant: the chain has every invoiced quantity row once, in amount (L19).
-- Grain: entity, currency, month.
-- A row: the invoice lines of a month sum to another amount than the chain has for it.
-- Then: compare int_usage_invoiced with int_quantity_keys: a client, service, month or currency is missing.
with

invoiced_rows as (
    select
        quantity_rows.entity_id,
        quantity_rows.currency_code,
        quantity_rows.period_start_date,
        sum(quantity_rows.amount_minor) as amount_minor
    from {{ ref('int_quantity_rows') }} as quantity_rows
    where
        quantity_rows.kind = 'invoiced'
        and quantity_rows.mapping_class <> 'excluded'
    group by
        quantity_rows.entity_id,
        quantity_rows.currency_code,
        quantity_rows.period_start_date
),

chained as (
    select
        entity_id,
        currency_code,
        period_start_date,
        sum(invoiced_amount_minor + credited_amount_minor) as amount_minor
    from {{ ref('int_quantity_chain') }}
    where invoiced_row_count > 0
    group by entity_id, currency_code, period_start_date
),

compared as (
    select
        coalesce(invoiced_rows.entity_id, chained.entity_id) as entity_id,
        coalesce(invoiced_rows.currency_code, chained.currency_code) as currency_code,
        coalesce(invoiced_rows.period_start_date, chained.period_start_date) as period_start_date,
        invoiced_rows.amount_minor as invoiced_amount_minor,
        chained.amount_minor as chained_amount_minor,
        case
            when invoiced_rows.entity_id is null or chained.entity_id is null then 'one-sided'
            when invoiced_rows.amount_minor <> chained.amount_minor then 'amount'
            else 'ok'
        end as status
    from invoiced_rows
    full outer join chained
        on
            invoiced_rows.entity_id = chained.entity_id
            and invoiced_rows.currency_code = chained.currency_code
            and invoiced_rows.period_start_date = chained.period_start_date
)

select * from compared
where status <> 'ok'
