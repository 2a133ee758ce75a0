-- grain: one row per invoice_line_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

invoice_bookings as (
    select * from {{ ref('int_invoice_bookings') }}
),

line_conventions as (
    select * from {{ ref('int_line_conventions') }}
),

modified_lines as (
    select * from {{ ref('int_modified_lines') }}
),

credit_purchases as (
    select * from {{ ref('int_credit_purchases') }}
),

-- A line without a span of time is earned at once, whatever the rule for its product says; what is
-- not revenue never is, and credits are a service from their purchase to their expiry.
of_their_own as (
    select
        invoice_lines.invoice_line_id,
        coalesce(invoice_lines.subscription_id, invoice_lines.invoice_id) as contract_id,
        case
            when line_conventions.convention in ('passthrough', 'excluded', 'on_drawdown')
                then line_conventions.convention
            when invoice_lines.service_end_date > invoice_lines.service_start_date
                then coalesce(line_conventions.convention, 'daily')
            else 'at_invoice'
        end as convention,
        case
            when line_conventions.convention = 'on_drawdown' then invoice_bookings.booked_date
            else coalesce(invoice_lines.service_start_date, invoice_bookings.booked_date)
        end as service_start_date,
        case
            when line_conventions.convention = 'on_drawdown'
                then coalesce(credit_purchases.expiry_date, invoice_bookings.booked_date)
            when invoice_lines.service_end_date > invoice_lines.service_start_date
                then invoice_lines.service_end_date
            else coalesce(invoice_lines.service_start_date, invoice_bookings.booked_date)
        end as service_end_date,
        invoice_lines.service_start_second,
        invoice_lines.service_end_second
    from invoice_lines
    inner join invoice_bookings
        on invoice_lines.invoice_id = invoice_bookings.invoice_id
    left join line_conventions
        on
            invoice_lines.entity_id = line_conventions.entity_id
            and invoice_lines.line_type = line_conventions.line_type
            and invoice_bookings.booked_date = line_conventions.booked_date
            and coalesce(invoice_lines.product_id, '') = coalesce(line_conventions.product_id, '')
            and coalesce(invoice_lines.price_id, '') = coalesce(line_conventions.price_id, '')
            and coalesce(invoice_lines.metadata_text, '')
            = coalesce(line_conventions.metadata_text, '')
    left join credit_purchases
        on invoice_lines.invoice_line_id = credit_purchases.invoice_line_id
),

-- Under a cumulative catch-up the change in price is spread over the whole service of the line it
-- modifies, so that on booking the share already served is caught up at once.
modified as (
    select
        of_their_own.invoice_line_id,
        coalesce(modified_lines.contract_id, of_their_own.contract_id) as contract_id,
        coalesce(followed.convention, of_their_own.convention) as convention,
        coalesce(followed.service_start_date, of_their_own.service_start_date)
            as service_start_date,
        coalesce(followed.service_end_date, of_their_own.service_end_date) as service_end_date,
        coalesce(followed.service_start_second, of_their_own.service_start_second)
            as service_start_second,
        coalesce(followed.service_end_second, of_their_own.service_end_second)
            as service_end_second
    from of_their_own
    left join modified_lines
        on of_their_own.invoice_line_id = modified_lines.invoice_line_id
    left join of_their_own as followed
        on
            modified_lines.modified_line_id = followed.invoice_line_id
            and modified_lines.treatment = 'cumulative_catch_up'
),

line_services as (
    select
        invoice_line_id,
        contract_id,
        convention,
        service_start_date,
        case
            when convention in ('by_second', 'even_months_prorated_ends') then service_start_second
            else 0
        end as service_start_second,
        service_end_date,
        case
            when convention in ('by_second', 'even_months_prorated_ends') then service_end_second
            else 0
        end as service_end_second
    from modified
)

select * from line_services
