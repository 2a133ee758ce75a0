-- grain: one row per subject_id
with

subjects as (
    select * from {{ ref('int_rule_change_subjects') }}
),

wordings as (
    select * from {{ ref('near_miss_wordings') }}
),

matching_rules as (
    select * from {{ ref('matching_rules') }}
),

structural_pairs as (
    select * from {{ ref('structural_pairs') }}
),

-- Each digit of an example stands for any digit; a dot stands for itself.
worded as (
    select
        subjects.*,
        wordings.sentence,
        matching_rules.tier,
        matching_rules.date_window_days,
        matching_rules.amount_tolerance_minor,
        matching_rules.amount_tolerance_bps,
        coalesce(matching_rules.counts_business_days, false) as counts_business_days,
        coalesce(matching_rules.confidence, 'suggested') as confidence,
        coalesce(matching_rules.reason, 'Proposed for what it would link') as reason,
        coalesce(structural_pairs.note, 'Proposed for what it would link') as note,
        coalesce(
            ', amount_tolerance_bps '
            || cast(subjects.changed_amount_tolerance_bps as {{ dbt.type_string() }}), ''
        ) as bps_words,
        {{ separator_in('subjects.expected_name') }} as name_separator,
        replace(replace(
            translate(subjects.expected_name, '123456789', '000000000'), '.', '[.]'
        ), '0', '[0-9]') as name_shape
    from subjects
    inner join wordings
        on subjects.wording = wordings.wording
    left join matching_rules
        on
            subjects.leg = matching_rules.leg
            and subjects.changed_rule = matching_rules.rule
    left join structural_pairs
        on
            subjects.leg = structural_pairs.leg
            and subjects.event_type = structural_pairs.event_type
),

rule_changes as (
    select
        subject_id,
        changed_rule,
        {{ filled_text('sentence', {
            'rule': 'changed_rule',
            'leg': 'leg',
            'event': 'event_type',
            'old_days': 'date_window_days',
            'days': 'changed_date_window_days',
            'minor': 'changed_amount_tolerance_minor',
            'bps': 'bps_words',
            'requires_customer': 'changed_requires_customer',
            'recorded': 'recorded_reference',
            'text': 'recorded_text',
            'name': 'expected_name',
            'candidates': 'fitting_candidate_count',
            'rivals': 'fitting_item_count',
        }) }} as smallest_rule_change,
        case
            when wording in ('raise_window', 'enable_window', 'raise_tolerance', 'enable_tolerance')
                then {{ csv_row([
                    'leg',
                    "coalesce(tier, case changed_rule when 'tolerance' then 3 else 2 end)",
                    'changed_rule',
                    "'true'",
                    'coalesce(changed_amount_tolerance_minor, amount_tolerance_minor, 0)',
                    'coalesce(changed_amount_tolerance_bps, amount_tolerance_bps)',
                    'changed_date_window_days',
                    'counts_business_days',
                    'confidence',
                    "''",
                    'reason',
                ]) }}
            when wording in ('enable_structural', 'enable_structural_and_pair')
                then {{ csv_row([
                    'leg', '6', 'changed_rule', "'true'", '0', "''", "''", "''", 'confidence',
                    "''", 'reason',
                ]) }}
        end as matching_rules_row,
        case
            when wording in ('change_pair', 'add_pair', 'enable_structural_and_pair')
                then {{ csv_row([
                    'leg', 'event_type', "'true'", 'changed_requires_customer',
                    'changed_date_window_days', 'note',
                ]) }}
        end as structural_pairs_row,
        case
            when wording = 'add_pattern'
                then {{ csv_row([
                    'recorded_source_name', 'document_kind', '46', 'name_separator',
                    "'[^a-z0-9](' || name_shape || ')'", "''", "'false'",
                    "'Proposed for what it would link'",
                ]) }}
        end as reference_patterns_row
    from worded
)

select * from rule_changes
