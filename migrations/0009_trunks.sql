-- Other servers that are called and that call. The server keeps a copy in memory and is told of each change.

create table trunks (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    version    integer not null default 1,
    settings   jsonb not null check (jsonb_typeof(settings) = 'object'),
    -- Sealed with the key file of the data folder.
    secrets    text not null default '' check (length(secrets) <= 10000),
    changed_at timestamptz not null default now()
);
create trigger trunks_version before update on trunks for each row execute function agent_changed();
create trigger trunks_told after insert or update or delete or truncate on trunks
    for each statement execute function directory_changed();
