-- grain: one row per invoice_id, movement_id
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

obligations as (
    select * from {{ ref('int_obligations') }}
),

receivable_movements as (
    select * from {{ ref('int_receivable_movements') }}
),

write_offs as (
    select * from {{ ref('int_write_offs') }}
),

functional_totals as (
    select
        invoice_id,
        cast(
            sum(net_functional_amount_minor + tax_functional_amount_minor) as bigint
        ) as total_functional_amount_minor
    from obligations
    group by invoice_id
),

changes as (
    select
        invoice_id,
        invoice_id as movement_id,
        booked_at as moved_at,
        0 as step,
        total_amount_minor as amount_minor
    from invoice_bookings
    union all
    select
        invoice_id,
        movement_id,
        moved_at,
        1 as step,
        amount_minor
    from receivable_movements
    union all
    select
        invoice_id,
        {{ dbt.concat(['invoice_id', "':written_off'"]) }} as movement_id,
        written_off_at as moved_at,
        1 as step,
        -open_amount_minor as amount_minor
    from write_offs
),

running as (
    select
        invoice_id,
        movement_id,
        moved_at,
        step,
        amount_minor,
        sum(amount_minor) over (
            partition by invoice_id order by step, moved_at, movement_id
            rows between unbounded preceding and current row
        ) as open_amount_minor
    from changes
),

-- The receivable in functional currency is the open share of what was booked, so it is 0 to the
-- cent whenever the invoice is settled, however many parts settled it.
valued as (
    select
        running.invoice_id,
        running.movement_id,
        running.moved_at,
        running.step,
        running.amount_minor,
        case
            when invoice_bookings.total_amount_minor = 0
                then {{ convert_money(
                    'running.open_amount_minor',
                    'invoice_bookings.multiplier',
                    'invoice_bookings.divisor'
                ) }}
            else {{ convert_money(
                'running.open_amount_minor',
                'abs(functional_totals.total_functional_amount_minor)',
                'abs(invoice_bookings.total_amount_minor)'
            ) }}
        end as open_functional_amount_minor
    from running
    inner join invoice_bookings
        on running.invoice_id = invoice_bookings.invoice_id
    inner join functional_totals
        on running.invoice_id = functional_totals.invoice_id
),

receivable_changes as (
    select
        invoice_id,
        movement_id,
        moved_at,
        amount_minor,
        open_functional_amount_minor - lag(open_functional_amount_minor, 1, 0) over (
            partition by invoice_id order by step, moved_at, movement_id
        ) as functional_amount_minor
    from valued
)

select * from receivable_changes
