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
        coalesce(invoice_lines.subscription_id, invoice_lines.invoice_id) as running_contract_id,
        modification_candidates.modified_line_id,
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

modified_lines as (
    select
        invoice_line_id,
        treatment,
        modified_line_id,
        case
            when treatment = 'separate_contract'
                then {{ dbt.concat(['running_contract_id', "':'", 'first_line_id']) }}
            else running_contract_id
        end as contract_id
    from treated
)

select * from modified_lines
