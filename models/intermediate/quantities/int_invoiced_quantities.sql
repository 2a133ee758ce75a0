-- grain: one row per quantity_row_id
with

invoiced_rows as (
    select * from {{ ref('int_usage_rows') }}
    where kind = 'invoiced'
),

line_outcomes as (
    select * from {{ ref('int_invoice_line_outcomes') }}
),

-- What became of the whole invoice, for the lines of a system that only quotes its number.
invoice_outcomes as (
    select
        invoice_id,
        sum(credited_amount_minor) as credited_amount_minor,
        sum(recognised_amount_minor) as recognised_amount_minor,
        sum(collected_amount_minor) as collected_amount_minor
    from line_outcomes
    group by invoice_id
),

weighed as (
    select
        invoiced_rows.*,
        line_outcomes.invoice_line_id is not null as is_line_of_billing,
        line_outcomes.credited_amount_minor as line_credited_minor,
        line_outcomes.recognised_amount_minor as line_recognised_minor,
        line_outcomes.collected_amount_minor as line_collected_minor,
        sum(invoiced_rows.amount_minor) over (
            partition by
                invoiced_rows.invoice_id,
                case when line_outcomes.invoice_line_id is null then 1 else 0 end
            order by invoiced_rows.quantity_row_id asc
            rows between unbounded preceding and current row
        ) as amount_through_minor,
        sum(invoiced_rows.amount_minor) over (
            partition by
                invoiced_rows.invoice_id,
                case when line_outcomes.invoice_line_id is null then 1 else 0 end
        ) as amount_of_all_minor,
        row_number() over (
            partition by
                invoiced_rows.invoice_id,
                case when line_outcomes.invoice_line_id is null then 1 else 0 end
            order by invoiced_rows.quantity_row_id desc
        ) = 1 as is_last
    from invoiced_rows
    left join line_outcomes
        on invoiced_rows.invoice_line_id = line_outcomes.invoice_line_id
),

shared as (
    select
        weighed.*,
        {{ allotted(
            'coalesce(invoice_outcomes.credited_amount_minor, 0)', 'weighed.amount_through_minor',
            '(weighed.amount_through_minor - weighed.amount_minor)',
            'weighed.amount_of_all_minor', 'weighed.is_last'
        ) }} as credited_share_minor,
        {{ allotted(
            'coalesce(invoice_outcomes.recognised_amount_minor, 0)', 'weighed.amount_through_minor',
            '(weighed.amount_through_minor - weighed.amount_minor)',
            'weighed.amount_of_all_minor', 'weighed.is_last'
        ) }} as recognised_share_minor,
        {{ allotted(
            'coalesce(invoice_outcomes.collected_amount_minor, 0)', 'weighed.amount_through_minor',
            '(weighed.amount_through_minor - weighed.amount_minor)',
            'weighed.amount_of_all_minor', 'weighed.is_last'
        ) }} as collected_share_minor
    from weighed
    left join invoice_outcomes
        on weighed.invoice_id = invoice_outcomes.invoice_id
),

invoiced_quantities as (
    select
        quantity_row_id,
        entity_id,
        client_key,
        service_key,
        client_id,
        service_id,
        client_reference,
        service_reference,
        period_start_date,
        service_start_date,
        service_end_date,
        currency_code,
        invoice_id,
        mapping_class,
        is_line_of_billing,
        quantity_millionths,
        unit_price,
        amount_minor,
        cast(coalesce(line_credited_minor, credited_share_minor) as {{ dbt.type_bigint() }})
            as credited_amount_minor,
        cast(coalesce(line_recognised_minor, recognised_share_minor) as {{ dbt.type_bigint() }})
            as recognised_amount_minor,
        cast(coalesce(line_collected_minor, collected_share_minor) as {{ dbt.type_bigint() }})
            as collected_amount_minor
    from shared
)

select * from invoiced_quantities
