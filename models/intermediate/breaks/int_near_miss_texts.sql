-- grain: one row per item_id
with

predicates as (
    select * from {{ ref('int_near_miss_predicates') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

measured as (
    select
        predicates.*,
        {{ money_text(
            'predicates.expected_amount_minor',
            'expected_currencies.exponent',
            'predicates.expected_currency_code'
        ) }} as expected_money,
        {{ money_text(
            'predicates.recorded_amount_minor',
            'recorded_currencies.exponent',
            'predicates.recorded_currency_code'
        ) }} as recorded_money,
        {{ money_text(
            'predicates.amount_distance',
            'expected_currencies.exponent',
            'predicates.expected_currency_code'
        ) }} as distance_money,
        {{ integer_divide(
            'predicates.amount_distance * 10000', 'abs(predicates.expected_amount_minor)'
        ) }} as distance_bps
    from predicates
    inner join currencies as expected_currencies
        on predicates.expected_currency_code = expected_currencies.currency_code
    inner join currencies as recorded_currencies
        on predicates.recorded_currency_code = recorded_currencies.currency_code
),

worded as (
    select
        item_id,
        predicate,
        precedence,
        {{ filled_text('sentence', {
            'recorded': 'coalesce(recorded_words, '
                "case when predicate in ('sign', 'amount') then recorded_money end)",
            'expected': 'coalesce(expected_words, '
                "case when predicate in ('sign', 'amount') then expected_money end)",
            'distance': 'distance_money',
            'percent': "cast(" ~ integer_divide('distance_bps', '100') ~ " as " ~ dbt.type_string()
                ~ ") || '.' || substring(cast(100 + distance_bps % 100 as " ~ dbt.type_string()
                ~ "), 2)",
            'business_days': 'business_days_apart',
            'allowed_days': 'allowed_days',
            'days': 'date_distance',
            'candidate': 'candidate_item_id',
            'status': 'candidate_words',
            'rule': 'rule',
            'event': 'event_type',
            'leg': 'leg',
            'candidates': 'fitting_candidate_count',
            'rivals': 'fitting_item_count',
        }) }} as predicate_text
    from measured
),

near_miss_texts as (
    select
        item_id,
        cast(count(*) as {{ dbt.type_bigint() }}) as failed_predicate_count,
        {{ dbt.listagg('predicate', "' + '", 'order by precedence') }} as failed_predicate_set,
        {{ dbt.listagg('predicate_text', "'; '", 'order by precedence') }} as failed_predicates
    from worded
    group by item_id
)

select * from near_miss_texts
