-- grain: one row per subject_id
with

near_misses as (
    select * from {{ ref('int_near_misses') }}
),

rule_needs as (
    select * from {{ ref('int_rule_needs') }}
),

facts as (
    select * from {{ ref('int_near_miss_facts') }}
),

break_patterns as (
    select * from {{ ref('int_break_patterns') }}
),

-- A pattern asks for what its example asks for, as wide as its members need it.
subjects as (
    select
        item_id as subject_id,
        item_id as example_item_id,
        null as pattern_id
    from near_misses
    union all
    select
        pattern_id as subject_id,
        example_item_id,
        pattern_id
    from break_patterns
),

rule_change_subjects as (
    select
        subjects.subject_id,
        near_misses.leg,
        near_misses.wording,
        near_misses.fitting_candidate_count,
        near_misses.fitting_item_count,
        facts.event_type,
        facts.recorded_source_name,
        facts.recorded_reference,
        facts.recorded_text,
        facts.document_kind,
        facts.expected_name,
        rule_needs.rule as changed_rule,
        coalesce(break_patterns.date_window_days, rule_needs.date_window_days)
            as changed_date_window_days,
        coalesce(break_patterns.amount_tolerance_minor, rule_needs.amount_tolerance_minor)
            as changed_amount_tolerance_minor,
        coalesce(break_patterns.amount_tolerance_bps, rule_needs.amount_tolerance_bps)
            as changed_amount_tolerance_bps,
        coalesce(break_patterns.requires_customer, rule_needs.requires_customer)
            as changed_requires_customer
    from subjects
    inner join near_misses
        on subjects.example_item_id = near_misses.item_id
    left join facts
        on
            near_misses.expected_item_id = facts.expected_item_id
            and near_misses.recorded_item_id = facts.recorded_item_id
    left join rule_needs
        on
            near_misses.expected_item_id = rule_needs.expected_item_id
            and near_misses.recorded_item_id = rule_needs.recorded_item_id
            and near_misses.has_rule_change
    left join break_patterns
        on subjects.pattern_id = break_patterns.pattern_id
)

select * from rule_change_subjects
