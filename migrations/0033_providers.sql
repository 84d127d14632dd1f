-- Accounts at telephony providers (Twilio, Telnyx, …). The server keeps a copy in memory and is told of each change.

create table providers (
    name       text primary key check (name ~ '^[A-Za-z0-9._-]{1,64}$'),
    kind       text not null check (kind ~ '^[a-z][a-z0-9_]{0,31}$'),
    version    integer not null default 1,
    settings   jsonb not null check (jsonb_typeof(settings) = 'object'),
    -- Sealed with the key file of the data folder.
    secrets    text not null default '' check (length(secrets) <= 30000),
    changed_at timestamptz not null default now()
);
create trigger providers_version before update on providers for each row execute function agent_changed();
create trigger providers_told after insert or update or delete or truncate on providers
    for each statement execute function directory_changed();
