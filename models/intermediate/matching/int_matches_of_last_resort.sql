-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_pairs_by_reference') }}
),

residue as (
    select * from {{ ref('int_residue_after_groups') }}
),

event_causes as (
    select * from {{ ref('event_causes') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
    where rule = 'by_reference' and is_enabled
),

-- One document can be posted by journals of several kinds: a payment that quotes its invoice is no
-- candidate for the invoice's own posting.
ranked as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        row_number() over (
            order by
                pairs.date_distance asc,
                pairs.amount_distance asc,
                pairs.expected_item_id asc,
                pairs.recorded_at asc,
                pairs.journal_id asc,
                pairs.recorded_item_id asc
        ) as pair_rank
    from pairs
    inner join residue as residue_expected
        on pairs.expected_item_id = residue_expected.item_id
    inner join residue as residue_recorded
        on pairs.recorded_item_id = residue_recorded.item_id
    inner join matching_rules
        on pairs.leg = matching_rules.leg
    left join event_causes
        on
            pairs.leg = event_causes.leg
            and pairs.event_type = event_causes.event_type
    where
        event_causes.journal_kind is null
        or pairs.journal_kind not in ('invoice', 'payment', 'credit_note')
        or pairs.journal_kind = event_causes.journal_kind
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

matches_of_last_resort as (
    select
        expected_item_id,
        recorded_item_id,
        9 as match_tier,
        'by_reference' as match_rule
    from chosen
)

select * from matches_of_last_resort
