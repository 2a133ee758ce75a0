-- Invariant: the parts that findings give to a difference sum to invoiced less rated (L3, L4).
-- Grain: row of the usage chain.
-- A row: a difference is explained by more or less than there is, or not at all.
-- Then: follow the row from int_usage_differences through the findings of its coverage.
with

found as (
    select
        chain_id,
        sum(amount_difference_minor) as amount_difference_minor
    from {{ ref('int_usage_findings') }}
    where comparison = 'invoiced_to_rated'
    group by chain_id
),

-- Amounts beside the rated amount have a comparison of their own and no part in the difference.
beside as (
    select
        chain_id,
        sum(abs(amount_difference_minor)) as amount_difference_minor
    from {{ ref('int_usage_findings') }}
    where comparison <> 'invoiced_to_rated'
    group by chain_id
),

compared as (
    select
        coalesce(quantity_chain.chain_id, found.chain_id) as chain_id,
        quantity_chain.invoiced_amount_minor - quantity_chain.rated_amount_minor
            as difference_minor,
        found.amount_difference_minor as found_minor,
        case
            when quantity_chain.chain_id is null then 'no such row'
            when
                quantity_chain.invoiced_amount_minor - quantity_chain.rated_amount_minor
                <> coalesce(found.amount_difference_minor, 0)
                then 'difference'
            when coalesce(beside.amount_difference_minor, 0) <> 0 then 'beside'
            else 'ok'
        end as status
    from {{ ref('int_quantity_chain') }} as quantity_chain
    full outer join found
        on quantity_chain.chain_id = found.chain_id
    left join beside
        on quantity_chain.chain_id = beside.chain_id
)

select * from compared
where status <> 'ok'
