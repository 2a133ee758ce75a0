-- grain: one row per agreement_line_id, tier_number
with

staged_tiers as (
    select * from {{ from_sources(
        'agreement_sources', 'agreement_tiers', readable_only=false, columns_of='agreements'
    ) }}
),

readable_tiers as (
    select * from staged_tiers
    where quarantine_reason is null
),

-- Of a number only the last load counts. What came in that load with other figures is a second tier
-- of that number, and nobody can say which is meant.
same_load as (
    select
        latest_tiers.agreement_line_id,
        latest_tiers.tier_number,
        cast(sum(case
            when other_tiers.version_number = latest_tiers.version_number then 1
            when
                coalesce(other_tiers.up_to_quantity_millionths, -1)
                = coalesce(latest_tiers.up_to_quantity_millionths, -1)
                and coalesce(other_tiers.unit_price, 0) = coalesce(latest_tiers.unit_price, 0)
                and coalesce(other_tiers.flat_amount_major, 0)
                = coalesce(latest_tiers.flat_amount_major, 0)
                then 0
            else 1
        end) as bigint) as tiers_of_number
    from readable_tiers as latest_tiers
    inner join readable_tiers as other_tiers
        on
            latest_tiers.agreement_line_id = other_tiers.agreement_line_id
            and latest_tiers.tier_number = other_tiers.tier_number
            and (
                latest_tiers.synced_at = other_tiers.synced_at
                or (latest_tiers.synced_at is null and other_tiers.synced_at is null)
            )
    where latest_tiers.ignore_reason is null
    group by
        latest_tiers.agreement_line_id,
        latest_tiers.tier_number
),

-- A tier begins where the one before it ends; that end itself belongs to the tier before.
agreement_tiers as (
    select
        readable_tiers.agreement_line_id,
        readable_tiers.tier_number,
        readable_tiers.entity_id,
        same_load.tiers_of_number,
        coalesce(
            lag(readable_tiers.up_to_quantity_millionths) over (
                partition by readable_tiers.agreement_line_id order by readable_tiers.tier_number
            ),
            0
        ) as from_quantity_millionths,
        readable_tiers.up_to_quantity_millionths,
        coalesce(readable_tiers.unit_price, 0) as unit_price,
        coalesce(readable_tiers.flat_amount_major, 0) as flat_amount_major,
        row_number() over (
            partition by readable_tiers.agreement_line_id order by readable_tiers.tier_number desc
        ) as rank_from_last
    from readable_tiers
    inner join same_load
        on
            readable_tiers.agreement_line_id = same_load.agreement_line_id
            and readable_tiers.tier_number = same_load.tier_number
    where readable_tiers.ignore_reason is null
)

select * from agreement_tiers
