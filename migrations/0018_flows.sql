-- Flows: documents with versions that never change, one of which is published, or two that share the calls.

create table flows (
    name          text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    published     integer,
    -- A second version, and how many of a hundred calls have it.
    split_version integer,
    split_percent integer check (split_percent between 1 and 99),
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint flows_split_whole check ((split_version is null) = (split_percent is null)),
    constraint flows_split_of_two check (split_version is null or split_version <> published)
);

create table flow_versions (
    flow     text not null references flows (name) on delete cascade,
    number   integer not null check (number > 0),
    -- As text, since the order of nodes is part of how people read it.
    document json not null check (octet_length(document::text) <= 2000000),
    -- SHA-256 of its canonical form, in hex.
    hash     text not null check (length(hash) = 64),
    state    text not null check (state in ('valid', 'draft')),
    findings json not null default '[]' check (json_typeof(findings) = 'array'),
    note     text not null default '' check (length(note) <= 500),
    made_by  text not null default '' check (length(made_by) <= 100),
    made_at  timestamptz not null default now(),
    primary key (flow, number)
);
alter table flows add constraint flows_published foreign key (name, published) references flow_versions;
alter table flows add constraint flows_split foreign key (name, split_version) references flow_versions;

-- What callers met, and since when.
create table flow_publications (
    id            bigint generated always as identity primary key,
    flow          text not null references flows (name) on delete cascade,
    version       integer,
    split_version integer,
    split_percent integer,
    made_by       text not null default '' check (length(made_by) <= 100),
    made_at       timestamptz not null default now()
);
create index flow_publications_flow on flow_publications (flow);

create function flow_version_kept() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' then
        if not exists (select from flows where name = old.flow) then
            return old;
        end if;
        raise exception 'version % of the flow % is kept as long as the flow', old.number, old.flow
            using errcode = 'restrict_violation';
    end if;
    raise exception 'version % of the flow % never changes: save another', old.number, old.flow
        using errcode = 'restrict_violation';
end
$$;
create trigger flow_versions_kept before update or delete on flow_versions
    for each row execute function flow_version_kept();

create function flow_changed() returns trigger language plpgsql as $$
declare
    draft integer;
begin
    select min(number) into draft from flow_versions
        where flow = new.name and number in (new.published, new.split_version) and state <> 'valid';
    if draft is not null then
        raise exception 'version % of the flow % is a draft: no call may have it', draft, new.name
            using errcode = 'check_violation';
    end if;
    new.updated_at := now();
    return new;
end
$$;
create trigger flows_changed before insert or update on flows for each row execute function flow_changed();

-- What flows may prove themselves with, each to one host alone. Sealed with the key file of the data folder.
create table flow_secrets (
    name       text primary key check (name ~ '^[A-Za-z0-9_-]{1,60}$'),
    host       text not null check (length(host) between 1 and 255),
    sealed     text not null check (length(sealed) <= 20000),
    changed_at timestamptz not null default now()
);

create trigger flows_told after insert or update or delete or truncate on flows
    for each statement execute function directory_changed();
create trigger flow_secrets_told after insert or update or delete or truncate on flow_secrets
    for each statement execute function directory_changed();

-- Which call had which version of a flow, whatever it came to. 0: the one that comes with the server.
create table flow_runs (
    call_id  uuid not null references calls on delete cascade,
    flow     text not null check (length(flow) between 1 and 100),
    version  integer not null check (version >= 0),
    began_at timestamptz not null default now(),
    primary key (call_id, flow, version)
);
create index flow_runs_flow on flow_runs (flow, version);

alter table outcomes add column flow_version integer;
