-- Agents that think with a language model: their tools and settings, and what they keep of a caller.

alter table agents add column tools text[] not null default '{}';
alter table agents add column assistant jsonb not null default '{}';

create table caller_facts (
    agent    text not null references agents (name) on update cascade on delete cascade,
    caller   text not null check (caller ~ '^\+[0-9]{3,20}$'),
    topic    text not null check (length(topic) between 1 and 60),
    fact     text not null check (length(fact) between 1 and 300),
    call_id  uuid,
    saved_at timestamptz not null default now(),
    primary key (agent, caller, topic)
);
create index caller_facts_caller on caller_facts (caller);
