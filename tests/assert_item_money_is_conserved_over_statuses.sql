-- Invariant: rows, gross and net that go into matching come out of it (L2, L3).
-- Grain: leg, side, account role (of entries), source, entity, currency.
-- A row: money that matching lost or made.
-- Then: compare the facts of that source with fct_reconciliation_items, item by item.
with

-- What billing and the list of payouts say must show at the processor and at the bank.
expected_movements as (
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        coalesce(billed_amount_minor, amount_minor) as amount_minor
    from {{ ref('int_payments') }}
    where not is_out_of_band
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        -amount_minor as amount_minor
    from {{ ref('int_refunds') }}
    where posted_date is not null and {{ plays_role('source_name', 'billing_sources') }}
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        amount_minor
    from {{ ref('int_refunds') }}
    where
        failed_date is not null and posted_date is not null
        and {{ plays_role('source_name', 'billing_sources') }}
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        -amount_minor as amount_minor
    from {{ ref('int_disputes') }}
    where opened_date is not null and {{ plays_role('source_name', 'billing_sources') }}
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        amount_minor
    from {{ ref('int_disputes') }}
    where won_date is not null and {{ plays_role('source_name', 'billing_sources') }}
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        -amount_minor as amount_minor
    from {{ ref('int_payouts') }}
    where status <> 'canceled'
    union all
    select
        'processor' as leg,
        source_name,
        entity_id,
        currency_code,
        amount_minor
    from {{ ref('int_payouts') }}
    where failed_date is not null and status <> 'canceled'
    union all
    select
        'bank' as leg,
        source_name,
        entity_id,
        currency_code,
        amount_minor
    from {{ ref('int_payouts') }}
    where
        arrival_date is not null
        and (
            (failed_at is null and status not in ('failed', 'canceled'))
            or returned_date is not null
        )
    union all
    select
        'bank' as leg,
        source_name,
        entity_id,
        currency_code,
        -amount_minor as amount_minor
    from {{ ref('int_payouts') }}
    where returned_date is not null
    union all
    select
        'bank' as leg,
        source_name,
        entity_id,
        currency_code,
        -gross_amount_minor as amount_minor
    from {{ ref('int_processor_transactions') }}
    where kind = 'topup'
    union all
    select
        'bank' as leg,
        source_name,
        entity_id,
        currency_code,
        amount_minor
    from {{ ref('int_payments') }}
    where is_out_of_band
),

facts as (
    select
        'ledger' as leg,
        'recorded' as side,
        '' as role_key,
        source_name,
        entity_id,
        currency_code,
        count(*) as row_count,
        sum(abs(amount_minor)) as gross_minor,
        sum(amount_minor) as net_minor
    from {{ ref('int_posted_ledger_lines') }}
    group by source_name, entity_id, currency_code
    union all
    select
        'processor' as leg,
        'recorded' as side,
        '' as role_key,
        source_name,
        entity_id,
        presentment_currency_code as currency_code,
        count(*) as row_count,
        sum(abs(presentment_amount_minor)) as gross_minor,
        sum(presentment_amount_minor) as net_minor
    from {{ ref('int_processor_transactions') }}
    where
        kind not in ('fee', 'reserve', 'topup', 'transfer', 'conversion')
        and (
            kind not in ('refund', 'refund_failure', 'dispute', 'dispute_reversal')
            or {{ plays_role('source_name', 'billing_sources') }}
        )
    group by source_name, entity_id, presentment_currency_code
    union all
    select
        'bank' as leg,
        'recorded' as side,
        '' as role_key,
        bank_lines.source_name,
        bank_lines.entity_id,
        bank_lines.currency_code,
        count(*) as row_count,
        sum(abs(bank_lines.amount_minor)) as gross_minor,
        sum(bank_lines.amount_minor) as net_minor
    from {{ ref('int_bank_lines') }} as bank_lines
    left join {{ ref('int_bank_line_classes') }} as bank_fees
        on
            bank_lines.bank_line_id = bank_fees.bank_line_id
            and bank_fees.event_type = 'bank_fee'
    where bank_fees.bank_line_id is null
    group by bank_lines.source_name, bank_lines.entity_id, bank_lines.currency_code
    union all
    -- Entries are summed to the grain of the postings, so only their net must survive, and that
    -- on every account: over all accounts it is zero whatever is lost.
    select
        'ledger' as leg,
        'expected' as side,
        account_role as role_key,
        source_name,
        entity_id,
        functional_currency_code as currency_code,
        null as row_count,
        null as gross_minor,
        sum(functional_amount_minor) as net_minor
    from {{ ref('int_posted_entries') }}
    group by account_role, source_name, entity_id, functional_currency_code
    union all
    select
        leg,
        'expected' as side,
        '' as role_key,
        source_name,
        entity_id,
        currency_code,
        count(*) as row_count,
        sum(abs(amount_minor)) as gross_minor,
        sum(amount_minor) as net_minor
    from expected_movements
    where amount_minor <> 0
    group by leg, source_name, entity_id, currency_code
),

item_states as (
    select
        items.leg,
        items.side,
        case
            when items.leg = 'ledger' and items.side = 'expected' then items.account_role else ''
        end as role_key,
        items.source_name,
        items.entity_id,
        items.currency_code,
        count(*) as row_count,
        sum(abs(items.amount)) as gross_amount,
        sum(items.amount) as net_amount
    from {{ ref('fct_reconciliation_items') }} as items
    -- What was used is held against its own chain in assert_usage_items_are_the_chain.
    where items.leg <> 'usage'
    group by
        items.leg,
        items.side,
        case
            when items.leg = 'ledger' and items.side = 'expected' then items.account_role else ''
        end,
        items.source_name,
        items.entity_id,
        items.currency_code
),

compared as (
    select
        coalesce(facts.leg, item_states.leg) as leg,
        coalesce(facts.side, item_states.side) as side,
        coalesce(facts.role_key, item_states.role_key) as role_key,
        coalesce(facts.source_name, item_states.source_name) as source_name,
        coalesce(facts.entity_id, item_states.entity_id) as entity_id,
        coalesce(facts.currency_code, item_states.currency_code) as currency_code,
        facts.net_minor as fact_net_minor,
        item_states.net_amount as item_net_amount,
        case
            -- Nothing left over is as good as nothing there.
            when item_states.leg is null and facts.row_count is null and facts.net_minor = 0
                then 'ok'
            when item_states.leg is null then 'lost'
            when facts.leg is null then 'made'
            when facts.row_count <> item_states.row_count then 'rows'
            when
                item_states.gross_amount * {{ power_of_ten('currencies.exponent') }}
                <> facts.gross_minor
                then 'gross'
            when
                item_states.net_amount * {{ power_of_ten('currencies.exponent') }}
                <> facts.net_minor
                then 'net'
            else 'ok'
        end as verdict
    from facts
    full outer join item_states
        on
            facts.leg = item_states.leg
            and facts.side = item_states.side
            and facts.role_key = item_states.role_key
            and facts.source_name = item_states.source_name
            and facts.entity_id = item_states.entity_id
            and facts.currency_code = item_states.currency_code
    left join {{ ref('currencies') }} as currencies
        on coalesce(facts.currency_code, item_states.currency_code) = currencies.currency_code
)

select * from compared
where verdict <> 'ok'
