-- Invariant: statement - expectation = in transit + missing + unexplained + other amounts (L4, L8, L10).
-- Grain: entity, currency, month.
-- A row: a month in which the bank differs from what is expected there by more than its reasons say.
-- Then: sum int_bank_movements of that currency by reason beside the items of the bank leg.
with

-- What should have moved at the bank, from the items and events themselves.
expectations as (
    select
        entity_id,
        currency_code,
        item_date as expected_date,
        amount_minor
    from {{ ref('int_expected_bank_items') }}
    union all
    select
        bank_lines.entity_id,
        bank_lines.currency_code,
        bank_lines.posted_date as expected_date,
        bank_lines.amount_minor
    from {{ ref('int_bank_lines') }} as bank_lines
    inner join {{ ref('int_bank_line_classes') }} as bank_line_classes
        on bank_lines.bank_line_id = bank_line_classes.bank_line_id
    where bank_line_classes.line_class not in ('payout', 'topup', 'external_payment')
),

reported as (
    select
        entity_id,
        currency_code,
        month_start,
        month_end,
        sum(closing_balance) as closing_balance,
        sum(expected_balance) as expected_balance,
        sum(
            in_transit_amount + missing_amount + open_unexplained_amount + amount_differs_amount
        ) as reasons_amount,
        sum(residual_amount) as residual_amount,
        sum(abs(residual_amount)) as gross_residual_amount
    from {{ ref('rpt_bank_reconciliation') }}
    group by entity_id, currency_code, month_start, month_end
),

compared as (
    select
        reported.entity_id,
        reported.currency_code,
        reported.month_start,
        reported.closing_balance,
        reported.expected_balance,
        reported.reasons_amount,
        reported.gross_residual_amount,
        {{ major_units('coalesce(sum(expectations.amount_minor), 0)', 'currencies.exponent') }}
            as expected_amount
    from reported
    inner join {{ ref('int_entities') }} as entities
        on reported.entity_id = entities.entity_id
    inner join {{ ref('currencies') }} as currencies
        on reported.currency_code = currencies.currency_code
    left join expectations
        on
            reported.entity_id = expectations.entity_id
            and reported.currency_code = expectations.currency_code
            and expectations.expected_date <= least(reported.month_end, entities.as_of_date)
    group by
        reported.entity_id,
        reported.currency_code,
        reported.month_start,
        reported.closing_balance,
        reported.expected_balance,
        reported.reasons_amount,
        reported.gross_residual_amount,
        currencies.exponent
)

select * from compared
where
    expected_balance <> expected_amount
    or closing_balance - expected_amount <> reasons_amount
    or gross_residual_amount <> 0
