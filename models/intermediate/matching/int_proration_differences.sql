-- grain: one row per invoice_id, convention
with

prorated_lines as (
    select * from {{ ref('int_prorated_lines') }}
    where part_units > 0 and whole_units > 0
),

own_lines as (
    select * from prorated_lines
    where is_own
),

other_lines as (
    select * from prorated_lines
    where not is_own
),

-- The amount per unit of the whole is what the line says by billing's own convention; it is multiplied
-- out and rounded once.
recounted_lines as (
    select
        own_lines.invoice_id,
        other_lines.convention,
        own_lines.net_amount_minor,
        {{ round_ratio(
            'own_lines.net_amount_minor',
            wide_integer('other_lines.part_units') ~ ' * ' ~ wide_integer('own_lines.whole_units'),
            wide_integer('other_lines.whole_units') ~ ' * ' ~ wide_integer('own_lines.part_units')
        ) }} as recounted_amount_minor
    from own_lines
    inner join other_lines
        on own_lines.invoice_line_id = other_lines.invoice_line_id
),

-- The lines of one change are taken together: what counts is their net.
proration_differences as (
    select
        invoice_id,
        convention,
        cast(sum(recounted_amount_minor - net_amount_minor) as {{ dbt.type_bigint() }})
            as difference_minor,
        cast(count(*) as {{ dbt.type_bigint() }}) as line_count
    from recounted_lines
    group by
        invoice_id,
        convention
)

select * from proration_differences
