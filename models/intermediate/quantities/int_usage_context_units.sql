-- grain: one row per chain_id, context_class
with

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
    where client_id is not null and service_id is not null
),

quantity_keys as (
    select * from {{ ref('int_quantity_keys') }}
    where has_counts
),

usage_counts as (
    select * from {{ ref('int_usage_counts') }}
),

context_classes as (
    select * from {{ ref('usage_context_classes') }}
),

-- Units are measured as the agreement measures them. Those without a class of their own have that of
-- the agreement.
measured as (
    select
        quantity_chain.chain_id,
        quantity_chain.basis,
        coalesce(nullif(usage_counts.context_class, 'none'), quantity_chain.agreement_class)
            as context_class,
        case quantity_chain.count_measure
            when 'last' then usage_counts.last_millionths
            when 'maximum' then usage_counts.maximum_millionths
            else usage_counts.average_millionths
        end as units_millionths
    from quantity_chain
    inner join quantity_keys
        on quantity_chain.chain_id = quantity_keys.chain_id
    inner join usage_counts
        on
            quantity_keys.entity_id = usage_counts.entity_id
            and quantity_keys.client_key = usage_counts.client_key
            and quantity_keys.service_key = usage_counts.service_key
            and quantity_keys.period_start_date = usage_counts.period_start_date
    union all
    select
        chain_id,
        basis,
        agreement_class as context_class,
        case basis
            when 'metered' then metered_quantity_millionths
            else agreed_quantity_millionths
        end as units_millionths
    from quantity_chain
    where counted_average_millionths is null
),

-- Only units in the rated quantity can excuse that it was not invoiced: counts are rated without others.
by_class as (
    select
        measured.chain_id,
        measured.context_class,
        min(context_classes.precedence) as precedence,
        min(case when context_classes.needs_no_agreement then 1 else 0 end) = 1
            as needs_no_agreement,
        sum(measured.units_millionths) as units_millionths,
        sum(case
            when not context_classes.excuses_invoice then 0
            when measured.basis = 'committed' then measured.units_millionths
            when measured.basis = 'metered' or context_classes.needs_no_agreement then 0
            else measured.units_millionths
        end) as excusing_millionths
    from measured
    inner join context_classes
        on measured.context_class = context_classes.context_class
    group by measured.chain_id, measured.context_class
),

-- Of committed units those are excused that would be held without the context and are not.
running as (
    select
        by_class.*,
        greatest(0, least(
            coalesce(quantity_chain.billable_quantity_millionths, 0)
            - coalesce(quantity_chain.invoiced_quantity_millionths, 0),
            case when
                    quantity_chain.basis = 'committed'
                    and quantity_chain.counted_average_millionths is not null
                    then quantity_chain.agreed_quantity_millionths
                        - quantity_chain.counted_average_millionths
                        + sum(by_class.excusing_millionths) over (partition by by_class.chain_id)
                else coalesce(quantity_chain.billable_quantity_millionths, 0)
            end
        )) as short_millionths,
        sum(by_class.excusing_millionths) over (
            partition by by_class.chain_id
            order by by_class.precedence asc, by_class.context_class asc
            rows between unbounded preceding and current row
        ) as excusing_through_millionths
    from by_class
    inner join quantity_chain
        on by_class.chain_id = quantity_chain.chain_id
    where by_class.units_millionths > 0
),

usage_context_units as (
    select
        chain_id,
        context_class,
        precedence,
        needs_no_agreement,
        cast(units_millionths as {{ dbt.type_bigint() }}) as units_millionths,
        cast(least(short_millionths, excusing_through_millionths) as {{ dbt.type_bigint() }})
            as explained_through_millionths,
        cast(least(
            short_millionths, excusing_through_millionths - excusing_millionths
        ) as {{ dbt.type_bigint() }}) as explained_before_millionths
    from running
)

select * from usage_context_units
