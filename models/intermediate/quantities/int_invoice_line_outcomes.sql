-- grain: one row per invoice_line_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_collections as (
    select * from {{ ref('int_invoice_collections') }}
),

reduction_effects as (
    select * from {{ ref('int_reduction_effects') }}
    where scenario = 'in_force'
),

reductions as (
    select * from {{ ref('int_reductions') }}
    where scenario = 'in_force' and event_type in ('credit_note_issued', 'invoice_voided')
),

credited as (
    select
        reduction_effects.obligation_id,
        sum(reduction_effects.net_amount_minor) as credited_amount_minor
    from reduction_effects
    inner join reductions
        on reduction_effects.reduction_id = reductions.reduction_id
    group by reduction_effects.obligation_id
),

recognised as (
    select
        obligation_id,
        sum(recognised_amount_minor) as recognised_amount_minor
    from {{ ref('int_recognition_by_month') }}
    where not is_forecast
    group by obligation_id
),

-- What came for an invoice came for its lines in proportion to what each asked for, tax included.
weighed as (
    select
        invoice_line_id,
        entity_id,
        invoice_id,
        net_amount_minor,
        sum(net_amount_minor + tax_amount_minor) over (
            partition by invoice_id
            order by line_number asc, invoice_line_id asc
            rows between unbounded preceding and current row
        ) as gross_through_minor,
        net_amount_minor + tax_amount_minor as gross_amount_minor,
        sum(net_amount_minor + tax_amount_minor) over (partition by invoice_id)
            as gross_of_all_minor,
        row_number() over (
            partition by invoice_id order by line_number desc, invoice_line_id desc
        ) = 1 as is_last
    from invoice_lines
),

invoice_line_outcomes as (
    select
        weighed.invoice_line_id,
        weighed.entity_id,
        weighed.invoice_id,
        weighed.net_amount_minor,
        weighed.is_last,
        cast(coalesce(credited.credited_amount_minor, 0) as {{ dbt.type_bigint() }})
            as credited_amount_minor,
        cast(coalesce(recognised.recognised_amount_minor, 0) as {{ dbt.type_bigint() }})
            as recognised_amount_minor,
        cast({{ allotted(
            'coalesce(invoice_collections.collected_amount_minor, 0)',
            'weighed.gross_through_minor',
            '(weighed.gross_through_minor - weighed.gross_amount_minor)',
            'weighed.gross_of_all_minor',
            'weighed.is_last'
        ) }} as {{ dbt.type_bigint() }}) as collected_amount_minor
    from weighed
    left join invoice_collections
        on weighed.invoice_id = invoice_collections.invoice_id
    left join credited
        on weighed.invoice_line_id = credited.obligation_id
    left join recognised
        on weighed.invoice_line_id = recognised.obligation_id
)

select * from invoice_line_outcomes
