-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
),

fx_timing_pairs as (
    select * from {{ ref('int_fx_timing_pairs') }}
),

candidates as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.expected_amount_minor,
        pairs.expected_date,
        pairs.recorded_amount_minor,
        pairs.recorded_date,
        pairs.recorded_at,
        pairs.journal_id,
        pairs.date_distance,
        pairs.amount_distance,
        pairs.is_cut_off,
        case when pairs.match_tier = 9 then 4 else pairs.match_tier end as match_tier
    from pairs
    left join fx_timing_pairs
        on
            pairs.expected_item_id = fx_timing_pairs.expected_item_id
            and pairs.recorded_item_id = fx_timing_pairs.recorded_item_id
    where pairs.match_tier < 9 or fx_timing_pairs.expected_item_id is not null
),

-- Twins differ in nothing that matters: the first expected one belongs to the first recorded one.
twins as (
    select
        candidates.*,
        row_number() over (
            partition by
                candidates.recorded_item_id,
                candidates.expected_amount_minor,
                candidates.expected_date
            order by candidates.expected_item_id asc
        ) as expected_twin_rank,
        row_number() over (
            partition by
                candidates.expected_item_id,
                candidates.recorded_amount_minor,
                candidates.recorded_date
            order by
                candidates.recorded_at asc,
                candidates.journal_id asc,
                candidates.recorded_item_id asc
        ) as recorded_twin_rank
    from candidates
),

ranked as (
    select
        twins.*,
        row_number() over (
            order by
                twins.match_tier asc,
                twins.date_distance asc,
                twins.amount_distance asc,
                abs(twins.expected_twin_rank - twins.recorded_twin_rank) asc,
                twins.expected_item_id asc,
                twins.recorded_at asc,
                twins.journal_id asc,
                twins.recorded_item_id asc
        ) as pair_rank
    from twins
),

round_1 as (
    {{ mutual_best('ranked') }}
),

round_2 as (
    {{ mutual_best('ranked', ['round_1']) }}
),

round_3 as (
    {{ mutual_best('ranked', ['round_1', 'round_2']) }}
),

chosen as (
    select * from round_1
    union all
    select * from round_2
    union all
    select * from round_3
),

matches_by_reference as (
    select
        ranked.expected_item_id,
        ranked.recorded_item_id,
        ranked.match_tier,
        case ranked.match_tier
            when 1 then 'exact'
            when 2 then case when ranked.is_cut_off then 'other_period' else 'posting_date' end
            when 3 then 'tolerance'
            when 4 then 'fx_timing'
        end as match_rule
    from ranked
    inner join chosen
        on ranked.pair_rank = chosen.pair_rank
)

select * from matches_by_reference
