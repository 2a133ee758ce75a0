-- grain: one row per event_id, component
with

balance_changes as (
    select * from {{ ref('int_customer_balance_changes') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

factors as (
    select * from {{ ref('int_conversion_factors') }}
),

receivable_changes as (
    select * from {{ ref('int_receivable_changes') }}
),

-- A grant is worth the rate of its day; a balance that pays an invoice is worth what the invoice
-- was booked at.
valued as (
    select
        balance_changes.balance_change_id,
        {{ dbt.concat(["'customer_balance_'", 'balance_changes.kind']) }} as event_type,
        case when balance_changes.kind = 'granted' then -1 else 1 end
        * balance_changes.amount_minor as amount_minor,
        entities.functional_currency_code,
        case when balance_changes.kind = 'granted' then -1 else 1 end
        * {{ convert_money(
            'balance_changes.amount_minor',
            'coalesce(invoice_bookings.multiplier, factors.multiplier)',
            'coalesce(invoice_bookings.divisor, factors.divisor)'
        ) }} as functional_amount_minor,
        -receivable_changes.functional_amount_minor as receivable_functional_amount_minor
    from balance_changes
    inner join entities
        on balance_changes.entity_id = entities.entity_id
    left join factors
        on
            balance_changes.currency_code = factors.from_currency_code
            and entities.functional_currency_code = factors.to_currency_code
            and balance_changes.changed_date = factors.rate_date
    left join invoice_bookings
        on balance_changes.invoice_id = invoice_bookings.invoice_id
    left join receivable_changes
        on balance_changes.balance_change_id = receivable_changes.movement_id
    where balance_changes.kind in ('granted', 'applied')
),

components as (
    select
        balance_change_id,
        'balance' as component,
        amount_minor,
        functional_amount_minor
    from valued
    where functional_amount_minor is not null
    union all
    select
        balance_change_id,
        'exchange_difference' as component,
        0 as amount_minor,
        receivable_functional_amount_minor - functional_amount_minor as functional_amount_minor
    from valued
    where receivable_functional_amount_minor <> functional_amount_minor
),

customer_balance_events as (
    select
        {{ dbt.concat(['valued.event_type', "':'", 'valued.balance_change_id']) }} as event_id,
        balance_changes.entity_id,
        valued.event_type,
        components.component,
        balance_changes.source_name,
        balance_changes.source_table,
        balance_changes.source_record_id,
        balance_changes.source_record_id as document_reference,
        balance_changes.customer_id,
        null as counterparty_reference,
        balance_changes.invoice_id,
        null as obligation_id,
        balance_changes.currency_code,
        components.amount_minor,
        valued.functional_currency_code,
        components.functional_amount_minor,
        balance_changes.changed_date as event_date,
        balance_changes.changed_date as policy_date,
        balance_changes.recorded_at
    from valued
    inner join balance_changes
        on valued.balance_change_id = balance_changes.balance_change_id
    inner join components
        on valued.balance_change_id = components.balance_change_id
)

select * from customer_balance_events
