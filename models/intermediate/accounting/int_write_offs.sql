-- grain: one row per invoice_id
with

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

receivable_movements as (
    select * from {{ ref('int_receivable_movements') }}
),

-- The first of the two ends the receivable. A void after that only renames the loss.
given_up as (
    select
        invoice_id,
        total_amount_minor,
        case
            when uncollectible_at <= coalesce(voided_at, uncollectible_at)
                then 'invoice_uncollectible'
            else 'invoice_voided'
        end as event_type,
        case
            when uncollectible_at <= coalesce(voided_at, uncollectible_at) then uncollectible_at
            else voided_at
        end as written_off_at,
        case
            when uncollectible_at <= coalesce(voided_at, uncollectible_at) then uncollectible_date
            else voided_date
        end as written_off_date,
        case when voided_at > uncollectible_at then voided_at end as voided_after_write_off_at,
        case when voided_at > uncollectible_at then voided_date end as voided_after_write_off_date
    from invoice_bookings
    where
        voided_at is not null
        or uncollectible_at is not null
),

moved_before as (
    select
        given_up.invoice_id,
        sum(receivable_movements.amount_minor) as amount_minor
    from given_up
    inner join receivable_movements
        on
            given_up.invoice_id = receivable_movements.invoice_id
            and given_up.written_off_at >= receivable_movements.moved_at
    group by given_up.invoice_id
),

write_offs as (
    select
        given_up.invoice_id,
        given_up.event_type,
        given_up.written_off_at,
        given_up.written_off_date,
        given_up.voided_after_write_off_at,
        given_up.voided_after_write_off_date,
        cast(
            given_up.total_amount_minor + coalesce(moved_before.amount_minor, 0) as bigint
        ) as open_amount_minor
    from given_up
    left join moved_before
        on given_up.invoice_id = moved_before.invoice_id
)

select * from write_offs
