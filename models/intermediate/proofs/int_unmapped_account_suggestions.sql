-- grain: one row per entity_id, source_name, account_code
with

ledger_lines as (
    select * from {{ ref('int_ledger_lines_mapped') }}
),

posting_rules as (
    select * from {{ ref('posting_rules') }}
    where debit_role is not null
),

unmapped as (
    select
        entity_id,
        source_name,
        account_code,
        ledger_line_id,
        journal_id,
        sign(amount_minor) as direction
    from ledger_lines
    where account_role is null
),

-- The lines that share a journal with an unmapped one.
beside as (
    select distinct
        unmapped.ledger_line_id,
        unmapped.direction,
        ledger_lines.account_role,
        sign(ledger_lines.amount_minor) as direction_beside
    from unmapped
    inner join ledger_lines
        on
            unmapped.entity_id = ledger_lines.entity_id
            and unmapped.source_name = ledger_lines.source_name
            and unmapped.journal_id = ledger_lines.journal_id
    where ledger_lines.account_role is not null
),

-- What a posting rule puts on the other side of such a line.
candidates as (
    select distinct
        beside.ledger_line_id,
        case
            when beside.direction = 1 then posting_rules.debit_role else posting_rules.credit_role
        end as suggested_role
    from beside
    inner join posting_rules
        on
            beside.account_role = case
                when beside.direction = 1 then posting_rules.credit_role
                else posting_rules.debit_role
            end
    where beside.direction_beside = -beside.direction
),

votes as (
    select
        unmapped.entity_id,
        unmapped.source_name,
        unmapped.account_code,
        candidates.suggested_role,
        count(*) as line_count
    from unmapped
    inner join candidates
        on unmapped.ledger_line_id = candidates.ledger_line_id
    left join beside
        on
            unmapped.ledger_line_id = beside.ledger_line_id
            and unmapped.direction = beside.direction_beside
            and candidates.suggested_role = beside.account_role
    where beside.ledger_line_id is null
    group by
        unmapped.entity_id,
        unmapped.source_name,
        unmapped.account_code,
        candidates.suggested_role
),

-- Of roles that fit as many lines, the one that the books post to most.
usual_roles as (
    select
        account_role,
        count(*) as line_count
    from ledger_lines
    group by account_role
),

ranked as (
    select
        votes.*,
        row_number() over (
            partition by votes.entity_id, votes.source_name, votes.account_code
            order by
                votes.line_count desc,
                coalesce(usual_roles.line_count, 0) desc,
                votes.suggested_role asc
        ) as place
    from votes
    left join usual_roles
        on votes.suggested_role = usual_roles.account_role
),

unmapped_account_suggestions as (
    select
        entity_id,
        source_name,
        account_code,
        suggested_role,
        line_count
    from ranked
    where place = 1
)

select * from unmapped_account_suggestions
