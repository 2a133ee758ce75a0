-- grain: one row per leg, entity_id, cause, currency_code, owner_team, line_kind, line_reference
with

documents as (
    select * from {{ ref('rpt_exception_queue') }}
),

exception_aggregation as (
    select * from {{ ref('exception_aggregation') }}
),

thresholds as (
    select
        max(case when line_kind = 'customer' then minimum_lines end) as customer_minimum,
        max(case when line_kind = 'cause' then minimum_lines end) as cause_minimum
    from exception_aggregation
),

by_customer as (
    select
        *,
        count(*) over (
            partition by leg, entity_id, cause, currency_code, owner_team, customer_id
        ) as customer_document_count
    from documents
),

-- Many documents of one customer become one line, and those lines one more if they are still many.
placed as (
    select
        by_customer.*,
        thresholds.cause_minimum,
        coalesce(by_customer.customer_document_count >= thresholds.customer_minimum, false)
        and by_customer.customer_id is not null as is_of_many
    from by_customer
    cross join thresholds
),

counted as (
    select
        *,
        row_number() over (
            partition by leg, entity_id, cause, currency_code, owner_team, customer_id, is_of_many
            order by subject_reference asc
        ) as document_number
    from placed
),

lines_per_cause as (
    select
        *,
        sum(case when is_of_many and document_number > 1 then 0 else 1 end) over (
            partition by leg, entity_id, cause, currency_code, owner_team
        ) >= cause_minimum as is_of_many_lines
    from counted
),

in_lines as (
    select
        *,
        case
            when is_of_many_lines then 'cause'
            when is_of_many then 'customer'
            else 'document'
        end as line_kind,
        case
            when is_of_many_lines then cause
            when is_of_many then customer_id
            else subject_reference
        end as line_reference
    from lines_per_cause
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                leg, entity_id, cause, currency_code, owner_team, line_kind, line_reference
            order by open_amount desc, subject_reference asc
        ) as amount_rank
    from in_lines
),

exception_summary as (
    select
        leg,
        entity_id,
        cause,
        currency_code,
        owner_team,
        line_kind,
        line_reference,
        min(case when line_kind <> 'cause' then customer_id end) as customer_id,
        cast(count(*) as bigint) as document_count,
        cast(count(distinct customer_id) as bigint) as customer_count,
        cast(sum(exception_count) as bigint) as exception_count,
        cast(sum(open_amount) as numeric(28, 4)) as open_amount,
        cast(sum(gross_amount) as numeric(28, 4)) as gross_amount,
        cast(sum(net_amount) as numeric(28, 4)) as net_amount,
        min(priority) as priority,
        max(age_days) as age_days,
        min(first_seen_date) as first_seen_date,
        max(case when amount_rank = 1 then explanation end) as explanation,
        max(case when amount_rank = 1 then suggested_action end) as suggested_action
    from ranked
    group by leg, entity_id, cause, currency_code, owner_team, line_kind, line_reference
)

select * from exception_summary
