-- grain: one row per chain_id, detail, comparison
with

differences as (
    select * from {{ ref('int_usage_differences') }}
    where coverage = 'compared'
),

-- Presenting the same money by other units is no difference where units have no price of their own.
parts as (
    select
        *,
        'quantity' as part,
        quantity_difference_millionths + explained_millionths as part_millionths,
        quantity_part_minor - explained_part_minor as part_minor
    from differences
    where
        quantity_part_minor - explained_part_minor <> 0
        or (
            is_plain
            and not is_waived
            and invoiced_row_count > 0
            and invoiced_quantity_millionths not in (0, 1000000)
            and credited_amount_minor = 0
            and quantity_difference_millionths + explained_millionths <> 0
        )
    union all
    select
        *,
        'price' as part,
        0 as part_millionths,
        price_part_minor as part_minor
    from differences
    where price_part_minor <> 0
),

judged as (
    select
        *,
        case
            when
                part = 'quantity'
                and abs(part_millionths) <= quantity_tolerance_millionths
                then 'within_tolerance'
            when abs(part_minor) <= amount_tolerance_minor and part_minor <> 0
                then 'within_tolerance'
            when invoiced_row_count = 0 or (part_minor < 0 and invoiced_amount_minor = 0)
                then 'unbilled_service'
            when
                rated_amount_minor = 0
                and coalesce(billable_quantity_millionths, 0) = 0
                and not is_waived
                then 'billed_not_used'
            when
                part = 'quantity'
                and basis = 'committed'
                and invoiced_quantity_millionths = earlier_quantity_millionths
                then 'stale_agreement_quantity'
            when part = 'price' and invoiced_amount_minor = at_earlier_price_minor
                then 'stale_agreement_price'
            when part = 'quantity' then 'quantity_mismatch'
            else 'price_mismatch'
        end as detail
    from parts
),

-- Both parts may have one reason, such as an invoice that is not there.
usage_findings_of_parts as (
    select
        chain_id,
        detail,
        'invoiced_to_rated' as comparison,
        cast(sum(part_millionths) as {{ dbt.type_bigint() }}) as quantity_difference_millionths,
        cast(sum(part_minor) as {{ dbt.type_bigint() }}) as amount_difference_minor,
        cast(
            sum(case when detail = 'within_tolerance' then 0 else part_minor end)
            as {{ dbt.type_bigint() }}
        ) as stake_amount_minor,
        max(case when is_estimated then 1 else 0 end) = 1 as is_estimated
    from judged
    group by chain_id, detail
)

select * from usage_findings_of_parts
