-- grain: one row per document_key, original_period
with

changed_documents as (
    select * from {{ ref('int_changed_documents') }}
),

loads as (
    select * from {{ ref('int_changed_document_loads') }}
),

policy_choices as (
    select * from {{ ref('int_policy_choices') }}
    where scenario = 'in_force' and policy = 'late_posting'
),

entities as (
    select * from {{ ref('int_entities') }}
),

-- What was loaded today counts with the last complete day, so that no correction lies in the future.
dated as (
    select
        changed_documents.document_key,
        changed_documents.original_period,
        changed_documents.entity_id,
        entities.as_of_date,
        coalesce(
            least(
                {{ accounting_date('loads.changed_at', 'entities.timezone') }},
                entities.as_of_date
            ),
            entities.as_of_date
        ) as change_date,
        (loads.changed_at is not null) as is_dated
    from changed_documents
    inner join entities
        on changed_documents.entity_id = entities.entity_id
    left join loads
        on
            changed_documents.document_key = loads.document_key
            and changed_documents.original_period = loads.original_period
),

late_changes as (
    select
        dated.document_key,
        dated.original_period,
        dated.entity_id,
        dated.as_of_date,
        dated.change_date,
        dated.is_dated,
        coalesce(policy_choices.choice, 'latest_open_period') as choice
    from dated
    left join policy_choices
        on
            dated.entity_id = policy_choices.entity_id
            and dated.change_date >= policy_choices.effective_from
            and (
                policy_choices.effective_until is null
                or dated.change_date < policy_choices.effective_until
            )
)

select * from late_changes
