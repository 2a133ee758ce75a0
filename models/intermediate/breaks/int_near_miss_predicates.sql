-- grain: one row per item_id, predicate
with

candidates as (
    select * from {{ ref('int_near_miss_candidates') }}
),

facts as (
    select * from {{ ref('int_near_miss_facts') }}
),

distances as (
    select * from {{ ref('int_near_miss_distances') }}
),

wordings as (
    select * from {{ ref('near_miss_wordings') }}
    where kind = 'predicate'
),

best_pairs as (
    select
        facts.*,
        candidates.item_id,
        candidates.candidate_item_id,
        case
            when candidates.item_id = facts.expected_item_id
                then facts.recorded_status || ', ' || facts.recorded_reason
            else facts.expected_status || ', ' || facts.expected_reason
        end as candidate_words,
        candidates.fitting_candidate_count,
        candidates.fitting_item_count,
        candidates.is_taken,
        candidates.is_customer_apart,
        candidates.is_amount_apart,
        candidates.is_date_apart,
        candidates.is_rule_missing,
        candidates.is_contested,
        candidates.is_ambiguous,
        distances.rule,
        distances.date_distance,
        distances.business_days_apart,
        distances.allowed_days
    from candidates
    inner join facts
        on
            candidates.expected_item_id = facts.expected_item_id
            and candidates.recorded_item_id = facts.recorded_item_id
    inner join distances
        on
            candidates.expected_item_id = distances.expected_item_id
            and candidates.recorded_item_id = distances.recorded_item_id
),

failed as (
    select
        best_pairs.*,
        wordings.wording as predicate,
        wordings.precedence,
        wordings.sentence
    from best_pairs
    inner join wordings
        on
            (wordings.wording = 'taken' and best_pairs.is_taken)
            or (wordings.wording = 'reference' and not best_pairs.is_same_reference)
            or (wordings.wording = 'role' and not best_pairs.is_same_role)
            or (wordings.wording = 'currency' and not best_pairs.is_same_currency)
            or (wordings.wording = 'customer' and best_pairs.is_customer_apart)
            or (wordings.wording = 'sign' and not best_pairs.is_same_sign)
            or (wordings.wording = 'amount' and best_pairs.is_amount_apart)
            or (wordings.wording = 'date' and best_pairs.is_date_apart)
            or (wordings.wording = 'rule' and best_pairs.is_rule_missing)
            or (wordings.wording = 'contested' and best_pairs.is_contested)
            or (wordings.wording = 'ambiguity' and best_pairs.is_ambiguous)
),

near_miss_predicates as (
    select
        item_id,
        predicate,
        precedence,
        sentence,
        candidate_item_id,
        candidate_words,
        fitting_candidate_count,
        fitting_item_count,
        leg,
        event_type,
        rule,
        date_distance,
        business_days_apart,
        allowed_days,
        amount_distance,
        expected_amount_minor,
        recorded_amount_minor,
        expected_currency_code,
        recorded_currency_code,
        case predicate
            when 'reference' then coalesce(recorded_reference, '''' || recorded_text || '''')
            when 'role' then recorded_role
            when 'currency' then recorded_currency_code
            when 'customer' then recorded_customer_id
        end as recorded_words,
        case predicate
            when 'reference' then expected_reference
            when 'role' then expected_role
            when 'currency' then expected_currency_code
            when 'customer' then expected_customer_id
        end as expected_words
    from failed
)

select * from near_miss_predicates
