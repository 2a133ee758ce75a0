-- Invariant: each proration line is treated once, and earned over its own or a running service.
-- Grain: one row per invoice_line_id that fails.
-- A row: a change is left out, counted twice, or spread over a service of another contract.
-- Then: look at int_modification_candidates and at the rule of modification_rules that fits.
with

proration_lines as (
    select * from {{ ref('int_invoice_lines') }}
    where is_proration
),

running as (
    select * from {{ ref('int_invoice_lines') }}
    where not is_proration
),

booked_prorations as (
    select proration_lines.*
    from proration_lines
    inner join {{ ref('int_invoice_bookings') }} as invoice_bookings
        on proration_lines.invoice_id = invoice_bookings.invoice_id
),

compared as (
    select
        booked_prorations.invoice_line_id as booked_line_id,
        modified_lines.invoice_line_id as treated_line_id,
        modified_lines.modified_line_id,
        modified_lines.treatment,
        count(*) over (
            partition by booked_prorations.invoice_line_id, modified_lines.invoice_line_id
        ) as row_count,
        coalesce(
            running.subscription_id = booked_prorations.subscription_id
            and running.service_start_at <= booked_prorations.service_start_at
            and running.service_end_at > booked_prorations.service_start_at,
            false
        ) as is_in_running_service,
        case
            when modified_lines.treatment = 'cumulative_catch_up' then running.service_start_date
            else booked_prorations.service_start_date
        end as right_start_date,
        case
            when modified_lines.treatment = 'cumulative_catch_up' then running.service_end_date
            else booked_prorations.service_end_date
        end as right_end_date,
        line_services.service_start_date,
        line_services.service_end_date
    from booked_prorations
    full join {{ ref('int_modified_lines') }} as modified_lines
        on booked_prorations.invoice_line_id = modified_lines.invoice_line_id
    left join {{ ref('int_line_services') }} as line_services
        on modified_lines.invoice_line_id = line_services.invoice_line_id
    left join running
        on modified_lines.modified_line_id = running.invoice_line_id
),

judged as (
    select
        *,
        case
            when treated_line_id is null then 'not_treated'
            when booked_line_id is null then 'no_modification'
            when row_count > 1 then 'treated_twice'
            when modified_line_id is not null and not is_in_running_service
                then 'modifies_another_service'
            when
                (service_start_date is distinct from right_start_date)
                or (service_end_date is distinct from right_end_date)
                then 'over_another_service'
            else 'ok'
        end as status
    from compared
)

select
    coalesce(booked_line_id, treated_line_id) as invoice_line_id,
    modified_line_id,
    treatment,
    status
from judged
where status <> 'ok'
