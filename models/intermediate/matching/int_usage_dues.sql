-- grain: one row per chain_id
with

quantity_chain as (
    select * from {{ ref('int_quantity_chain') }}
),

findings as (
    select * from {{ ref('int_usage_findings') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

customers as (
    select * from {{ ref('int_customers') }}
),

-- What a context class or a tolerance explains of the difference is not due. What is at stake beside
-- the rated amount, such as units that are counted and not agreed, is due.
judged as (
    select
        chain_id,
        sum(case
            when is_alarm and comparison <> 'invoiced_to_rated' then -stake_amount_minor
            when kind in ('context', 'data') then amount_difference_minor
            else 0
        end) as moved_amount_minor,
        sum(case
            when is_alarm and comparison not in ('invoiced_to_rated', 'price_to_cost')
                then -quantity_difference_millionths
            when kind in ('context', 'data') and comparison = 'invoiced_to_rated'
                then quantity_difference_millionths
            else 0
        end) as moved_quantity_millionths,
        sum(case when is_alarm then stake_amount_minor else 0 end) as stake_amount_minor,
        sum(case when is_alarm then abs(quantity_difference_millionths) else 0 end)
            as alarming_millionths,
        max(case when is_alarm then 1 else 0 end) = 1 as has_alarm
    from findings
    group by chain_id
),

-- The month is in the name, so that what was invoiced for one month never settles another. Only what
-- is agreed beforehand and billed in advance is due before the month is over.
named as (
    select
        quantity_chain.*,
        coalesce(
            customers.source_record_id,
            quantity_chain.client_id,
            quantity_chain.client_key
        ) || ':' || coalesce(quantity_chain.service_id, quantity_chain.service_reference) || ':'
        || substring(
            cast(quantity_chain.period_start_date as {{ dbt.type_string() }}), 1, 7
        ) as subject_name,
        case
            when
                quantity_chain.billing_timing = 'advance' and quantity_chain.basis = 'committed'
                then quantity_chain.period_start_date
            else cast({{ dbt.last_day('quantity_chain.period_start_date', 'month') }} as date)
        end as item_date
    from quantity_chain
    left join customers
        on quantity_chain.client_id = customers.customer_id
),

-- An alarm that no difference of amounts shows (units and prices that make up for each other, units
-- worth less than the tolerance) contradicts the pair by itself.
usage_dues as (
    select
        named.chain_id,
        named.entity_id,
        named.client_id,
        named.client_key,
        named.service_key,
        named.period_start_date,
        named.currency_code,
        'usage:' || named.subject_name as document_reference,
        named.item_date,
        cast(
            named.rated_amount_minor + coalesce(judged.moved_amount_minor, 0)
            as {{ dbt.type_bigint() }}
        ) as amount_minor,
        cast(
            coalesce(named.billable_quantity_millionths, 0)
            + coalesce(judged.moved_quantity_millionths, 0) as {{ dbt.type_bigint() }}
        ) as quantity_millionths,
        cast(coalesce(named.invoiced_quantity_millionths, 0) as {{ dbt.type_bigint() }})
            as invoiced_quantity_millionths,
        coalesce(
            judged.has_alarm
            and (judged.stake_amount_minor = 0 or judged.alarming_millionths > 0), false
        ) as is_contradicted,
        coalesce(agreement_lines.source_name, 'policy') as source_name,
        case
            when agreement_lines.agreement_line_id is null then 'usage_dues'
            else 'agreement_line'
        end as source_table,
        coalesce(agreement_lines.source_record_id, named.chain_id) as source_record_id,
        agreement_lines.recorded_at
    from named
    left join judged
        on named.chain_id = judged.chain_id
    left join agreement_lines
        on named.agreement_line_id = agreement_lines.agreement_line_id
    where
        (named.rated_amount_minor <> 0 or named.invoiced_row_count > 0 or judged.has_alarm)
        and (judged.has_alarm or (named.client_id is not null and named.service_id is not null))
)

select * from usage_dues
