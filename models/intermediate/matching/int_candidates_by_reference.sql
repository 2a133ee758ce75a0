-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
),

fx_timing_pairs as (
    select * from {{ ref('int_fx_timing_pairs') }}
),

proration_pairs as (
    select * from {{ ref('int_proration_pairs') }}
),

-- What none of these rules links is left to the later tiers.
candidates as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.leg,
        pairs.entity_id,
        pairs.account_role,
        pairs.currency_code,
        pairs.document_reference,
        pairs.expected_amount_minor,
        pairs.expected_date,
        pairs.recorded_amount_minor,
        pairs.recorded_date,
        pairs.recorded_at,
        pairs.journal_id,
        pairs.date_distance,
        pairs.amount_distance,
        case
            when pairs.match_tier < 9 then pairs.match_tier
            when fx_timing_pairs.expected_item_id is not null then 4
            else 5
        end as match_tier,
        case
            when pairs.match_tier = 1 then 'exact'
            when pairs.match_tier = 2 and pairs.is_cut_off then 'other_period'
            when pairs.match_tier = 2 then 'posting_date'
            when pairs.match_tier = 3 then 'tolerance'
            when fx_timing_pairs.expected_item_id is not null then 'fx_timing'
            else 'proration'
        end as match_rule
    from pairs
    left join fx_timing_pairs
        on
            pairs.expected_item_id = fx_timing_pairs.expected_item_id
            and pairs.recorded_item_id = fx_timing_pairs.recorded_item_id
    left join proration_pairs
        on
            pairs.expected_item_id = proration_pairs.expected_item_id
            and pairs.recorded_item_id = proration_pairs.recorded_item_id
    where
        pairs.match_tier < 9
        or fx_timing_pairs.expected_item_id is not null
        or proration_pairs.expected_item_id is not null
),

-- A pair whose items have no other candidate needs no choice: nearly all pairs are such.
candidates_by_reference as (
    select
        *,
        count(*) over (partition by expected_item_id) = 1
        and count(*) over (partition by recorded_item_id) = 1 as is_only_choice
    from candidates
)

select * from candidates_by_reference
