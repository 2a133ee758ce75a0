-- grain: one row per invoice_line_id
with

invoice_lines as (
    select * from {{ ref('int_invoice_lines') }}
),

modification_treatments as (
    select * from {{ ref('int_modification_treatments') }}
),

modification_candidates as (
    select * from {{ ref('int_modification_candidates') }}
    where candidate_rank = 1
),

-- Without a line to catch up with, a change can only count from its own day on. The lines of one
-- change, less of the old and more of the new, are one contract if they are one of their own.
treated as (
    select
        invoice_lines.invoice_line_id,
        invoice_lines.entity_id,
        invoice_lines.invoice_id,
        invoice_lines.subscription_id,
        modification_candidates.modified_line_id,
        invoice_lines.service_start_at,
        invoice_lines.service_end_at,
        invoice_lines.service_start_date,
        invoice_lines.service_end_date,
        case
            when
                modification_treatments.treatment = 'cumulative_catch_up'
                and modification_candidates.modified_line_id is null
                then 'prospective'
            else modification_treatments.treatment
        end as treatment,
        min(invoice_lines.invoice_line_id) over (
            partition by
                invoice_lines.invoice_id,
                invoice_lines.subscription_id,
                invoice_lines.service_start_at,
                modification_treatments.treatment
        ) as first_line_id
    from invoice_lines
    inner join modification_treatments
        on invoice_lines.invoice_line_id = modification_treatments.invoice_line_id
    left join modification_candidates
        on invoice_lines.invoice_line_id = modification_candidates.invoice_line_id
),

-- A catch-up is a change in the price of the whole service of what it modifies.
caught_up as (
    select
        treated.*,
        modified.service_start_at as modified_start_at,
        modified.service_end_at as modified_end_at,
        modified.service_start_date as modified_start_date,
        modified.service_end_date as modified_end_date
    from treated
    left join invoice_lines as modified
        on
            treated.modified_line_id = modified.invoice_line_id
            and treated.treatment = 'cumulative_catch_up'
),

modified_lines as (
    select
        invoice_line_id,
        entity_id,
        treatment,
        modified_line_id,
        case
            when treatment = 'cumulative_catch_up' then modified_line_id
            else invoice_line_id
        end as service_line_id,
        coalesce(modified_start_at, service_start_at) as service_start_at,
        coalesce(modified_end_at, service_end_at) as service_end_at,
        coalesce(modified_start_date, service_start_date) as service_start_date,
        coalesce(modified_end_date, service_end_date) as service_end_date,
        coalesce(subscription_id, invoice_id) || case
            when treatment = 'separate_contract' then ':' || first_line_id
            else ''
        end as contract_id
    from caught_up
)

select * from modified_lines
