-- What calls came to, written after their end; and what an agent wants known of its callers.

alter table agents add column insight jsonb not null default '{}';

create table call_summaries (
    call_id           uuid primary key references calls on delete cascade,
    state             text not null default 'wanted' check (state in ('wanted', 'made', 'failed')),
    mode              text not null check (mode in ('auto', 'model', 'extractive')),
    llm               text[] not null default '{}',
    language          text not null check (length(language) <= 100),
    node_id           uuid,
    not_before        timestamptz not null default now(),
    tries             integer not null default 0 check (tries >= 0),
    summary           text not null default '' check (length(summary) <= 4000),
    outcome           text not null default '' check (length(outcome) <= 100),
    follow_ups        jsonb not null default '[]' check (jsonb_typeof(follow_ups) = 'array'),
    made_by           text not null default '' check (length(made_by) <= 100),
    model             text not null default '' check (length(model) <= 200),
    prompt_tokens     integer not null default 0 check (prompt_tokens >= 0),
    completion_tokens integer not null default 0 check (completion_tokens >= 0),
    cost              double precision check (cost >= 0),
    fault             text not null default '' check (length(fault) <= 500),
    saved_at          timestamptz not null default now()
);
create index call_summaries_wanted on call_summaries (not_before) where state = 'wanted';
