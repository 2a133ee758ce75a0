-- grain: one row per usage_scope, agreement_line_id, period_start_date
with

billable_usage as (
    select * from {{ ref('int_billable_usage') }}
),

agreement_lines as (
    select * from {{ ref('int_agreement_lines') }}
),

agreement_periods as (
    select * from {{ ref('int_agreement_periods') }}
),

rated_tiers as (
    select * from {{ ref('int_rated_tiers') }}
),

ranked_tiers as (
    select
        *,
        row_number() over (
            partition by usage_scope, agreement_line_id, period_start_date
            order by tier_number desc
        ) as rank_from_last
    from rated_tiers
),

tier_totals as (
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        cast(sum(quantity_parts) as bigint) as quantity_parts,
        {{ wide_integer('sum(amount_parts)') }} as amount_parts,
        max(case when rank_from_last = 1 then unit_price end) as unit_price
    from ranked_tiers
    group by
        usage_scope,
        agreement_line_id,
        period_start_date
),

judged as (
    select
        billable_usage.*,
        agreement_lines.minimum_amount_minor,
        agreement_periods.is_complete,
        {{ wide_integer(power_of_ten('agreement_lines.currency_exponent')) }} as minor_per_major,
        coalesce(tier_totals.unit_price, agreement_lines.unit_price) as unit_price,
        coalesce(tier_totals.amount_parts, 0) as amount_parts,
        case
            when billable_usage.not_rated_reason is not null then billable_usage.not_rated_reason
            when
                billable_usage.pricing_model in ('graduated', 'volume')
                and coalesce(tier_totals.quantity_parts, 0) < billable_usage.billable_parts
                then 'quantity_above_the_last_tier'
        end as reason
    from billable_usage
    inner join agreement_lines
        on billable_usage.agreement_line_id = agreement_lines.agreement_line_id
    inner join agreement_periods
        on
            billable_usage.agreement_line_id = agreement_periods.agreement_line_id
            and billable_usage.period_start_date = agreement_periods.period_start_date
    left join tier_totals
        on
            billable_usage.usage_scope = tier_totals.usage_scope
            and billable_usage.agreement_line_id = tier_totals.agreement_line_id
            and billable_usage.period_start_date = tier_totals.period_start_date
),

-- The one rounding of the amount. A minimum is owed for a month that is over; a line without one may
-- give back.
rounded as (
    select
        usage_scope,
        agreement_line_id,
        period_start_date,
        case
            when reason is null then {{ round_ratio(
                'billable_parts', 'charged_days', 'quantity_divisor * charge_divisor'
            ) }}
        end as billable_quantity_millionths,
        case
            when reason is null then {{ round_ratio(
                'amount_parts', 'minor_per_major',
                wide_integer('10000000000000000') ~ ' * quantity_divisor * charge_divisor'
            ) }}
        end as rated_amount_minor,
        case
            when reason is null and is_complete and minimum_amount_minor > 0 then {{ round_ratio(
                'minimum_amount_minor', 'fixed_parts',
                'quantity_divisor * charge_divisor'
            ) }}
        end as minimum_due_minor,
        unit_price,
        reason as not_rated_reason
    from judged
),

rated_amounts as (
    select
        *,
        case
            when minimum_due_minor > rated_amount_minor
                then minimum_due_minor - rated_amount_minor
            when not_rated_reason is null then 0
        end as minimum_applied_minor,
        case
            when minimum_due_minor > rated_amount_minor then minimum_due_minor
            else rated_amount_minor
        end as total_amount_minor
    from rounded
)

select * from rated_amounts
