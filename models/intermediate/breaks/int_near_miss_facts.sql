-- grain: one row per expected_item_id, recorded_item_id
with

pairs as (
    select * from {{ ref('int_near_miss_pairs') }}
),

expected_items as (
    select * from {{ ref('int_expected_items') }}
),

recorded_items as (
    select * from {{ ref('int_recorded_items') }}
),

residue as (
    select * from {{ ref('int_residue_after_reference') }}
),

item_statuses as (
    select * from {{ ref('int_item_statuses') }}
),

near_miss_facts as (
    select
        pairs.expected_item_id,
        pairs.recorded_item_id,
        pairs.expected_name,
        pairs.document_kind,
        pairs.is_exact_name,
        expected_items.leg,
        expected_items.entity_id,
        expected_items.event_type,
        expected_items.processor_name,
        recorded_items.journal_kind,
        recorded_items.source_name as recorded_source_name,
        expected_items.document_reference as expected_reference,
        recorded_items.document_reference as recorded_reference,
        recorded_items.quoted_text as recorded_text,
        coalesce(residue.block_reference, recorded_items.document_reference, pairs.recorded_item_id)
            as recorded_block,
        coalesce(residue.is_reference_known, recorded_items.document_reference is not null)
            as is_reference_known,
        expected_items.account_role as expected_role,
        recorded_items.account_role as recorded_role,
        expected_items.currency_code as expected_currency_code,
        recorded_items.currency_code as recorded_currency_code,
        expected_items.customer_id as expected_customer_id,
        recorded_items.customer_id as recorded_customer_id,
        expected_items.amount_minor as expected_amount_minor,
        recorded_items.amount_minor as recorded_amount_minor,
        expected_items.item_date as expected_date,
        recorded_items.item_date as recorded_date,
        expected_statuses.status as expected_status,
        recorded_statuses.status as recorded_status,
        expected_statuses.status_reason as expected_reason,
        recorded_statuses.status_reason as recorded_reason,
        expected_statuses.match_id as expected_match_id,
        recorded_statuses.match_id as recorded_match_id,
        coalesce(
            expected_items.document_reference = recorded_items.document_reference, false
        ) as is_same_reference,
        expected_items.account_role = recorded_items.account_role as is_same_role,
        expected_items.currency_code = recorded_items.currency_code as is_same_currency,
        coalesce(expected_items.customer_id = recorded_items.customer_id, false)
            as is_same_customer,
        coalesce(expected_items.customer_id <> recorded_items.customer_id, false)
            as is_customer_conflict,
        sign(expected_items.amount_minor) = sign(recorded_items.amount_minor) as is_same_sign,
        abs(expected_items.amount_minor - recorded_items.amount_minor) as amount_distance,
        {{ dbt.datediff(
            'expected_items.item_date', 'recorded_items.item_date', 'day'
        ) }} as days_after_expected,
        {{ dbt.date_trunc('month', 'expected_items.item_date') }}
        <> {{ dbt.date_trunc('month', 'recorded_items.item_date') }} as is_cut_off
    from pairs
    inner join expected_items
        on pairs.expected_item_id = expected_items.item_id
    inner join recorded_items
        on pairs.recorded_item_id = recorded_items.item_id
    inner join item_statuses as expected_statuses
        on pairs.expected_item_id = expected_statuses.item_id
    inner join item_statuses as recorded_statuses
        on pairs.recorded_item_id = recorded_statuses.item_id
    left join residue
        on pairs.recorded_item_id = residue.item_id
)

select * from near_miss_facts
