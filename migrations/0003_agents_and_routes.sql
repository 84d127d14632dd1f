-- Who answers which address: agents, and the routes that lead to them. The server keeps a copy in memory and is told
-- of each change.

create table agents (
    id         uuid primary key default gen_random_uuid(),
    name       text not null unique check (length(name) between 1 and 100),
    version    integer not null default 1,
    kind       text not null check (length(kind) between 1 and 100),
    flow       text not null default '' check (length(flow) <= 100),
    prompt     text not null default '' check (length(prompt) <= 100000),
    entry      text not null default '' check (length(entry) <= 1000),
    voice      text not null default '' check (length(voice) <= 100),
    language   text not null default '' check (length(language) <= 100),
    stt        text[] not null default '{}',
    tts        text[] not null default '{}',
    llm        text[] not null default '{}',
    turn       jsonb not null default '{}',
    recording  boolean not null default true,
    changed_at timestamptz not null default now()
);

create table routes (
    id          bigint generated always as identity primary key,
    pattern     text not null check (length(pattern) between 1 and 1000),
    priority    integer not null default 100,
    agent       text not null references agents (name) on update cascade on delete cascade,
    valid_from  timestamptz,
    valid_until timestamptz
);
create index routes_agent on routes (agent);

create function agent_changed() returns trigger language plpgsql as $$
begin
    new.version := old.version + 1;
    new.changed_at := now();
    return new;
end
$$;
create trigger agents_version before update on agents for each row execute function agent_changed();

create function directory_changed() returns trigger language plpgsql as $$
begin
    perform pg_notify('voiceforge_directory', tg_table_name);
    return null;
end
$$;
create trigger agents_told after insert or update or delete or truncate on agents
    for each statement execute function directory_changed();
create trigger routes_told after insert or update or delete or truncate on routes
    for each statement execute function directory_changed();

insert into agents (name, kind, flow) values ('demo', 'flow', 'booking'), ('echo', 'echo', '');
insert into routes (pattern, agent) values ('demo', 'demo'), ('echo', 'echo');
