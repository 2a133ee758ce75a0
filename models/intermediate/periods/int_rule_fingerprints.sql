-- grain: one row per rule_name
with

-- What decides which entries a fact leads to. Notes and approvals may change without changing any.
rules as (
    select
        'account_roles' as rule_name,
        {{ dbt.hash(csv_row([
            'entity_id', 'source_name', 'account_code', 'account_role', 'processor_name',
            'currency_code', 'effective_from'
        ])) }} as row_hash
    from {{ ref('account_roles') }}
    union all
    select
        'modification_rules' as rule_name,
        {{ dbt.hash(csv_row([
            'priority', 'entity_id', 'product_id', 'price_id', 'treatment', 'effective_from'
        ])) }} as row_hash
    from {{ ref('modification_rules') }}
    union all
    select
        'policies' as rule_name,
        {{ dbt.hash(csv_row([
            'policy', 'entity_id', 'choice', 'effective_from'
        ])) }} as row_hash
    from {{ ref('policies') }}
    -- Where a correction is posted is no reason for one.
    where policy <> 'late_posting'
    union all
    select
        'posting_rules' as rule_name,
        {{ dbt.hash(csv_row([
            'event_type', 'component', 'policy', 'policy_choice', 'debit_role', 'credit_role'
        ])) }} as row_hash
    from {{ ref('posting_rules') }}
    union all
    select
        'recognition_rules' as rule_name,
        {{ dbt.hash(csv_row([
            'priority', 'entity_id', 'product_id', 'price_id', 'line_type', 'billing_interval',
            'metadata_key', 'metadata_value', 'convention', 'effective_from'
        ])) }} as row_hash
    from {{ ref('recognition_rules') }}
    union all
    select
        'standalone_prices' as rule_name,
        {{ dbt.hash(csv_row([
            'bundle', 'entity_id', 'product_id', 'price_id', 'currency_code', 'low_amount',
            'mid_amount', 'high_amount', 'approach', 'effective_from'
        ])) }} as row_hash
    from {{ ref('standalone_prices') }}
),

rule_fingerprints as (
    select
        rule_name,
        cast(count(*) as {{ dbt.type_bigint() }}) as row_count,
        {{ dbt.hash(dbt.listagg('row_hash', "','", 'order by row_hash')) }} as fingerprint
    from rules
    group by rule_name
)

select * from rule_fingerprints
