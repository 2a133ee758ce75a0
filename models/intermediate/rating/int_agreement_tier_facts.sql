-- grain: one row per agreement_line_id
with

agreement_tiers as (
    select * from {{ ref('int_agreement_tiers') }}
),

unreadable_tiers as (
    select * from {{ from_sources(
        'agreement_sources', 'agreement_tiers', readable_only=false, columns_of='agreements'
    ) }}
    where
        quarantine_reason is not null
        and ignore_reason is null
        and agreement_line_id is not null
),

tiers_together as (
    select
        agreement_line_id,
        entity_id,
        tiers_of_number,
        case
            when up_to_quantity_millionths <= from_quantity_millionths then 1
            when up_to_quantity_millionths is null and rank_from_last > 1 then 1
            else 0
        end as is_out_of_order,
        0 as is_unreadable
    from agreement_tiers
    union all
    select
        agreement_line_id,
        entity_id,
        0 as tiers_of_number,
        0 as is_out_of_order,
        1 as is_unreadable
    from unreadable_tiers
),

agreement_tier_facts as (
    select
        agreement_line_id,
        entity_id,
        max(tiers_of_number) as most_tiers_of_a_number,
        cast(sum(is_out_of_order) as bigint) as tiers_out_of_order,
        cast(sum(is_unreadable) as bigint) as unreadable_tiers
    from tiers_together
    group by
        agreement_line_id,
        entity_id
)

select * from agreement_tier_facts
