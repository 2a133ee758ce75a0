-- grain: one row per payment_id, component
with

payments as (
    select * from {{ ref('int_payments_valued') }}
),

write_offs as (
    select * from {{ ref('int_write_offs') }}
),

line_components as (
    select * from {{ ref('int_reduction_line_components') }}
),

written_off as (
    select
        write_offs.invoice_id,
        write_offs.open_amount_minor,
        line_components.component,
        cast(sum(line_components.amount_minor) as bigint) as amount_minor,
        cast(sum(line_components.functional_amount_minor) as bigint) as functional_amount_minor
    from write_offs
    inner join line_components
        on
            {{ dbt.concat(['write_offs.invoice_id', "':written_off'"]) }}
            = line_components.reduction_id
    where line_components.component in ('recognised', 'tax', 'passthrough', 'excluded')
    group by
        write_offs.invoice_id,
        write_offs.open_amount_minor,
        line_components.component
),

-- Money for an invoice that was given up first undoes the loss that was booked for it, in
-- proportion to what came back so far; the rest had never been earned and is a recovery.
recoveries as (
    select
        payment_id,
        invoice_id,
        amount_minor,
        cast(sum(amount_minor) over (
            partition by invoice_id order by paid_at, payment_id
            rows between unbounded preceding and current row
        ) as bigint) as recovered_to_date_minor
    from payments
    where event_type in ('payment_recovered', 'payment_recovered_out_of_band')
),

recovered as (
    select
        recoveries.payment_id,
        written_off.component,
        {{ recovered_part('written_off.amount_minor') }} as amount_minor,
        {{ recovered_part('written_off.functional_amount_minor') }} as functional_amount_minor
    from recoveries
    inner join written_off
        on recoveries.invoice_id = written_off.invoice_id
),

recovered_in_all as (
    select
        payment_id,
        cast(sum(amount_minor) as bigint) as amount_minor,
        cast(sum(functional_amount_minor) as bigint) as functional_amount_minor
    from recovered
    group by payment_id
),

payment_components as (
    select
        payment_id,
        'paid' as component,
        amount_minor - overpaid_amount_minor as amount_minor,
        functional_amount_minor - {{ overpaid_part() }} as functional_amount_minor
    from payments
    where event_type not in ('payment_recovered', 'payment_recovered_out_of_band')
    union all
    select
        payment_id,
        'overpaid' as component,
        overpaid_amount_minor as amount_minor,
        {{ overpaid_part() }} as functional_amount_minor
    from payments
    where overpaid_amount_minor <> 0
    union all
    select
        payment_id,
        'exchange_difference' as component,
        0 as amount_minor,
        receivable_functional_amount_minor - functional_amount_minor + {{ overpaid_part() }}
            as functional_amount_minor
    from payments
    where receivable_functional_amount_minor is not null
    union all
    select
        payment_id,
        component,
        amount_minor,
        functional_amount_minor
    from recovered
    union all
    select
        payments.payment_id,
        'never_earned' as component,
        payments.amount_minor - coalesce(recovered_in_all.amount_minor, 0) as amount_minor,
        payments.functional_amount_minor - coalesce(recovered_in_all.functional_amount_minor, 0)
            as functional_amount_minor
    from payments
    left join recovered_in_all
        on payments.payment_id = recovered_in_all.payment_id
    where payments.event_type in ('payment_recovered', 'payment_recovered_out_of_band')
)

select * from payment_components
