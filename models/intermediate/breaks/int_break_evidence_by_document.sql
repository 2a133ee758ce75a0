-- grain: one row per item_id, cause
with

break_items as (
    select * from {{ ref('int_break_items') }}
),

-- Lines without a counterpart, whose amount another line of the same document may account for.
missing as (
    select * from break_items
    where status = 'expected_only'
),

surplus as (
    select
        item_id,
        leg,
        entity_id,
        document_reference,
        currency_code,
        account_role,
        event_type,
        amount_minor
    from break_items
    where status = 'recorded_only'
    union all
    select
        expected_item_id as item_id,
        leg,
        entity_id,
        document_reference,
        currency_code,
        account_role,
        event_type,
        -residual_amount_minor as amount_minor
    from break_items
    where status = 'discrepancy' and side = 'expected' and residual_amount_minor <> 0
    union all
    select
        recorded_item_id as item_id,
        leg,
        entity_id,
        document_reference,
        currency_code,
        account_role,
        event_type,
        -residual_amount_minor as amount_minor
    from break_items
    where status = 'discrepancy' and side = 'recorded' and residual_amount_minor <> 0
    union all
    select
        item_id,
        leg,
        entity_id,
        document_reference,
        currency_code,
        account_role,
        null as event_type,
        amount_minor
    from {{ ref('int_recorded_items') }}
    where account_role = 'out_of_scope' and document_reference is not null
),

misplaced as (
    select
        missing.item_id as missing_item_id,
        surplus.item_id as surplus_item_id,
        missing.account_role as right_role,
        surplus.account_role as wrong_role,
        case
            when
                missing.account_role = 'tax_payable'
                and surplus.account_role in ('deferred_revenue', 'revenue')
                then 'tax_in_revenue'
            when
                missing.event_type = 'invoice_finalised'
                and missing.account_role = 'deferred_revenue'
                and surplus.account_role = 'revenue'
                then 'recognised_on_invoice_date'
            else 'wrong_account'
        end as cause
    from missing
    inner join surplus
        on
            missing.leg = surplus.leg
            and missing.entity_id = surplus.entity_id
            and missing.document_reference = surplus.document_reference
            and missing.currency_code = surplus.currency_code
            and missing.amount_minor = surplus.amount_minor
            and missing.account_role <> surplus.account_role
            and missing.event_type = coalesce(surplus.event_type, missing.event_type)
),

evidence as (
    select
        missing_item_id as item_id,
        cause,
        'the amount stands on ' || replace(min(wrong_role), '_', ' ') as finding
    from misplaced
    group by missing_item_id, cause
    union all
    select
        surplus_item_id as item_id,
        cause,
        'the amount belongs on ' || replace(min(right_role), '_', ' ') as finding
    from misplaced
    group by surplus_item_id, cause
)

select * from evidence
