-- grain: one row per entity_id, currency_code, month_start
with

entries as (
    select * from {{ ref('int_expected_entries') }}
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- Turned so that income, and what is owed to customers, is +.
posted as (
    select
        entries.entity_id,
        entries.currency_code,
        cast({{ dbt.date_trunc('month', 'entries.entry_date') }} as date) as month_start,
        entries.account_role as posted_to,
        entries.event_type,
        entries.amount_minor as debit_minor,
        -entries.amount_minor as credit_minor
    from entries
    inner join entities
        on
            entries.entity_id = entities.entity_id
            and entries.entry_date <= entities.as_of_date
),

revenue_amounts_by_month as (
    select
        entity_id,
        currency_code,
        month_start,
        sum(case
            when posted_to = 'deferred_revenue' and event_type = 'invoice_finalised'
                then credit_minor
            else 0
        end) as billed_minor,
        sum(case when posted_to = 'revenue' then credit_minor else 0 end) as recognised_minor,
        sum(case when posted_to = 'refunds' then debit_minor else 0 end) as refunds_minor,
        sum(case when posted_to = 'credit_notes' then debit_minor else 0 end) as credit_notes_minor,
        sum(case when posted_to = 'voids' then debit_minor else 0 end) as voids_minor,
        sum(case when posted_to = 'disputes' then debit_minor else 0 end) as disputes_minor,
        sum(case when posted_to = 'bad_debt' then debit_minor else 0 end) as bad_debt_minor,
        sum(case
            when
                posted_to in (
                    'revenue', 'refunds', 'credit_notes', 'voids', 'disputes', 'bad_debt'
                )
                then credit_minor
            else 0
        end) as net_revenue_minor,
        sum(case when posted_to = 'recoverables' then credit_minor else 0 end)
            as recoverables_minor,
        sum(case when posted_to = 'other_loss' then debit_minor else 0 end) as other_loss_minor,
        sum(case when posted_to = 'processing_fees' then debit_minor else 0 end)
            as processing_fees_minor,
        sum(case when posted_to = 'dispute_fees' then debit_minor else 0 end)
            as dispute_fees_minor,
        sum(case when posted_to = 'promotional_credits' then debit_minor else 0 end)
            as promotional_credits_minor,
        sum(case when posted_to = 'deferred_revenue' then credit_minor else 0 end)
            as deferred_change_minor,
        sum(case when posted_to = 'unbilled_receivable' then debit_minor else 0 end)
            as unbilled_change_minor,
        sum(case when posted_to = 'accounts_receivable' then debit_minor else 0 end)
            as receivable_change_minor,
        sum(case when posted_to = 'customer_balance' then credit_minor else 0 end)
            as customer_balance_change_minor
    from posted
    group by
        entity_id,
        currency_code,
        month_start
)

select * from revenue_amounts_by_month
