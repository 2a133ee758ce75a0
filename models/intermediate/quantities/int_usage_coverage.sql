-- grain: one row per chain_id
with

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

tolerances as (
    select * from {{ ref('usage_tolerances') }}
),

context_totals as (
    select
        chain_id,
        sum(case when needs_no_agreement then units_millionths else 0 end) as context_millionths,
        max(explained_through_millionths) as explained_millionths
    from {{ ref('int_usage_context_units') }}
    group by chain_id
),

-- The row of the service goes before the row of all services.
ruled as (
    select
        quantity_chain.*,
        entities.as_of_date,
        coalesce(context_totals.context_millionths, 0) as context_millionths,
        coalesce(context_totals.explained_millionths, 0) as explained_millionths,
        greatest(
            coalesce(quantity_chain.counted_average_millionths, 0),
            coalesce(quantity_chain.metered_quantity_millionths, 0)
        ) as used_millionths,
        cast(
            coalesce(own.quantity_tolerance, every.quantity_tolerance, 0) * 1000000
            as {{ dbt.type_bigint() }}
        ) as quantity_tolerance_millionths,
        coalesce(own.amount_tolerance_minor, every.amount_tolerance_minor, 0)
            as amount_tolerance_minor,
        case
            when quantity_chain.billing_timing = 'advance'
                then cast({{ dbt.dateadd(
                    'day', 'coalesce(own.advance_days, every.advance_days, 0)',
                    'quantity_chain.period_start_date'
                ) }} as date)
            else cast({{ dbt.dateadd(
                'day', 'coalesce(own.arrears_days, every.arrears_days, 0)',
                'quantity_chain.period_end_date'
            ) }} as date)
        end as invoice_due_date
    from quantity_chain
    inner join entities
        on quantity_chain.entity_id = entities.entity_id
    left join tolerances as own
        on quantity_chain.service_id = own.service_id
    left join tolerances as every
        on coalesce(every.service_id, '') = ''
    left join context_totals
        on quantity_chain.chain_id = context_totals.chain_id
),

-- What can be compared at all. A vendor that counts nothing for an agreement has said so; an
-- agreement that cannot be rated for any other reason covers nothing, unless nothing would be due for it.
usage_coverage as (
    select
        chain_id,
        context_millionths,
        explained_millionths,
        used_millionths,
        quantity_tolerance_millionths,
        amount_tolerance_minor,
        invoice_due_date,
        case
            when client_id is null or service_id is null then 'mapping_missing'
            when
                agreement_count = 0
                and ended_on <= period_start_date
                and invoiced_amount_minor <> 0
                then 'stale_agreement_ended'
            when
                agreement_count = 0
                and invoiced_row_count = 0
                and used_millionths <= context_millionths
                then 'context'
            when
                agreement_count = 0
                or (coalesce(not_rated_reason, 'no_counts') <> 'no_counts' and not is_waived)
                then 'unaccounted'
            when
                as_of_date < cast({{ dbt.dateadd('day', -1, 'period_end_date') }} as date)
                or (invoiced_row_count = 0 and as_of_date < invoice_due_date)
                then 'not_due_yet'
            else 'compared'
        end as coverage
    from ruled
)

select * from usage_coverage
