-- grain: one row per proposal_id, currency_code
with

proposals as (
    select * from {{ ref('int_usage_proposals') }}
),

verdicts as (
    select * from {{ ref('int_usage_verdicts') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

effective_dates as (
    select * from {{ ref('usage_effective_dates') }}
),

named_dates as (
    select * from {{ ref('usage_proposal_dates') }}
),

currencies as (
    select * from {{ ref('currencies') }}
),

-- A name is mapped from the month on in which it was first seen.
dated as (
    select
        proposals.*,
        currencies.exponent,
        coalesce(
            named_dates.effective_date,
            case
                when proposals.mapping_line is not null then proposals.first_month
                else cast({{ dbt.dateadd(
                    'month',
                    'coalesce(own_dates.months_after, other_dates.months_after)',
                    dbt.date_trunc('month', 'entities.as_of_date')
                ) }} as date)
            end
        ) as effective_date
    from proposals
    inner join entities
        on proposals.entity_id = entities.entity_id
    inner join currencies
        on proposals.currency_code = currencies.currency_code
    left join effective_dates as own_dates
        on proposals.billing_timing = own_dates.billing_timing
    left join effective_dates as other_dates
        on coalesce(other_dates.billing_timing, '') = ''
    left join named_dates
        on proposals.proposal_id = named_dates.proposal_id
),

usage_proposals as (
    select
        dated.proposal_id,
        dated.proposal_kind,
        dated.entity_id,
        dated.client_id,
        dated.service_id,
        dated.unmapped_reference,
        dated.vendor_name,
        dated.agreement_line_id,
        dated.first_month as first_month_start,
        dated.last_month as last_month_start,
        dated.month_count,
        {{ quantity_units('dated.old_quantity_millionths') }} as old_quantity,
        {{ quantity_units('dated.new_quantity_millionths') }} as new_quantity,
        cast(dated.old_unit_price as numeric(28, 10)) as old_unit_price,
        cast(dated.new_unit_price as numeric(28, 10)) as new_unit_price,
        dated.mapping_line,
        dated.effective_date,
        dated.currency_code,
        {{ major_units('-dated.stake_amount_minor', 'dated.exponent') }} as month_amount,
        {{ major_units('-dated.total_stake_minor', 'dated.exponent') }} as total_amount,
        dated.is_estimated,
        {{ filled_text('dated.sentence', {
            'name': 'dated.unmapped_reference',
            'service': 'dated.service_id',
            'old': 'coalesce(' ~ quantity_text('dated.old_quantity_millionths') ~ ', '
                ~ price_text('dated.old_unit_price') ~ ", 'another price')",
            'new': 'coalesce(' ~ quantity_text('dated.new_quantity_millionths') ~ ', '
                ~ price_text('dated.new_unit_price') ~ ')',
            'date': 'dated.effective_date',
            'month': 'substring(cast(dated.last_month as ' ~ dbt.type_string() ~ '), 1, 7)',
            'total': money_text('abs(dated.total_stake_minor)', 'dated.exponent',
                'dated.currency_code')
        }) }} as proposal,
        dated.evidence,
        verdicts.exception_id,
        verdicts.item_id,
        coalesce(verdicts.proposal_state, 'open') as proposal_state,
        verdicts.decision_id,
        coalesce(verdicts.decision_state, 'none') as decision_state,
        verdicts.fingerprint as item_fingerprint,
        {{ dbt.hash(dbt.concat([
            'dated.proposal_id', "'|'", 'dated.currency_code', "'|'",
            "coalesce(cast(dated.new_quantity_millionths as " ~ dbt.type_string() ~ "), '')", "'|'",
            "coalesce(cast(dated.new_unit_price as " ~ dbt.type_string() ~ "), '')", "'|'",
            "coalesce(dated.mapping_line, '')", "'|'",
            "cast(dated.total_stake_minor as " ~ dbt.type_string() ~ ")"
        ])) }} as proposal_fingerprint
    from dated
    left join verdicts
        on dated.chain_id = verdicts.chain_id
)

select * from usage_proposals
