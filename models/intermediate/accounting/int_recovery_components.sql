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
        ) as bigint) as recovered_minor
    from payments
    where event_type in ('payment_recovered', 'payment_recovered_out_of_band')
),

recovery_components as (
    select
        recoveries.payment_id,
        written_off.component,
        {{ share_between(
            'written_off.amount_minor',
            'written_off.open_amount_minor',
            'recoveries.recovered_minor',
            'recoveries.recovered_minor - recoveries.amount_minor'
        ) }} as amount_minor,
        {{ share_between(
            'written_off.functional_amount_minor',
            'written_off.open_amount_minor',
            'recoveries.recovered_minor',
            'recoveries.recovered_minor - recoveries.amount_minor'
        ) }} as functional_amount_minor
    from recoveries
    inner join written_off
        on recoveries.invoice_id = written_off.invoice_id
)

select * from recovery_components
