-- grain: one row per entity_id, product_id, price_id, line_type, metadata_text, booked_date
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

prices as (
    select * from {{ ref('int_prices') }}
),

recognition_rules as (
    select * from {{ ref('recognition_rules') }}
),

-- Rules are chosen once for each kind of line and day, not once for each line.
kinds_of_line as (
    select
        invoice_lines.entity_id,
        invoice_lines.product_id,
        invoice_lines.price_id,
        invoice_lines.line_type,
        invoice_lines.metadata_text,
        prices.billing_interval,
        invoice_bookings.booked_date
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    left join prices
        on invoice_lines.price_id = prices.price_id
    group by
        invoice_lines.entity_id,
        invoice_lines.product_id,
        invoice_lines.price_id,
        invoice_lines.line_type,
        invoice_lines.metadata_text,
        prices.billing_interval,
        invoice_bookings.booked_date
),

rules_that_apply as (
    select
        kinds_of_line.entity_id,
        kinds_of_line.product_id,
        kinds_of_line.price_id,
        kinds_of_line.line_type,
        kinds_of_line.metadata_text,
        kinds_of_line.booked_date,
        recognition_rules.convention,
        row_number() over (
            partition by
                kinds_of_line.entity_id,
                kinds_of_line.product_id,
                kinds_of_line.price_id,
                kinds_of_line.line_type,
                kinds_of_line.metadata_text,
                kinds_of_line.booked_date
            order by
                recognition_rules.priority asc,
                recognition_rules.effective_from desc,
                recognition_rules.entity_id asc nulls last,
                recognition_rules.convention asc
        ) as rule_rank
    from kinds_of_line
    inner join recognition_rules
        on
            kinds_of_line.booked_date >= recognition_rules.effective_from
            and coalesce(recognition_rules.entity_id, kinds_of_line.entity_id)
            = kinds_of_line.entity_id
            and coalesce(recognition_rules.product_id, kinds_of_line.product_id, '')
            = coalesce(kinds_of_line.product_id, '')
            and coalesce(recognition_rules.price_id, kinds_of_line.price_id, '')
            = coalesce(kinds_of_line.price_id, '')
            and coalesce(recognition_rules.line_type, kinds_of_line.line_type, '')
            = coalesce(kinds_of_line.line_type, '')
            and coalesce(recognition_rules.billing_interval, kinds_of_line.billing_interval, '')
            = coalesce(kinds_of_line.billing_interval, '')
            and (
                recognition_rules.metadata_key is null
                or {{ dbt.position(
                    dbt.concat([
                        "'\"'", 'recognition_rules.metadata_key', "'\":\"'",
                        'recognition_rules.metadata_value', "'\"'"
                    ]),
                    "coalesce(kinds_of_line.metadata_text, '')"
                ) }} > 0
            )
),

line_conventions as (
    select
        entity_id,
        product_id,
        price_id,
        line_type,
        metadata_text,
        booked_date,
        convention
    from rules_that_apply
    where rule_rank = 1
)

select * from line_conventions
