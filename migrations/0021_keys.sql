-- Keys of the API: who may ask for what, and how much of it. A key is revoked, never deleted: what it made names it.
create table api_keys (
    id         uuid primary key default gen_random_uuid(),
    name       text not null check (length(name) between 1 and 100),
    -- How it begins, for people to tell keys apart; no secret.
    prefix     text not null check (length(prefix) between 1 and 20),
    -- SHA-256. A key is 256 random bits, which nobody finds by trying: a slow hash would protect nothing more.
    hash       bytea not null unique check (octet_length(hash) = 32),
    -- What it was before it was changed for another, for as long as that still counts.
    old_hash   bytea unique check (octet_length(old_hash) = 32),
    old_until  timestamptz,
    scopes     text[] not null,
    active     boolean not null default true,
    -- Requests a second in the long run, and how many at once; null: as the settings say.
    per_second double precision check (per_second > 0),
    burst      integer check (burst > 0),
    -- What it may use up in a calendar month (UTC), by kind; what is not named has no limit.
    quota      jsonb not null default '{}' check (jsonb_typeof(quota) = 'object'),
    created_at timestamptz not null default now(),
    rotated_at timestamptz,
    revoked_at timestamptz,
    constraint api_keys_old_whole check ((old_hash is null) = (old_until is null))
);
create index api_keys_newest on api_keys (created_at desc, id);

-- When each was used last, give or take a minute. Apart, since a change of a key is told to all servers.
create table api_key_uses (
    key     uuid primary key references api_keys,
    used_at timestamptz not null
);

-- Browsers that are signed in to the console, each by a cookie.
create table console_sessions (
    id         uuid primary key default gen_random_uuid(),
    -- SHA-256 of the cookie, as with keys.
    hash       bytea not null unique check (octet_length(hash) = 32),
    -- What it signed in with, as its own words.
    browser    text not null default '' check (length(browser) <= 300),
    source     text not null default '' check (length(source) <= 100),
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    revoked_at timestamptz
);

-- Servers keep both in memory and are told of each change.
create trigger api_keys_told after insert or update or delete or truncate on api_keys
    for each statement execute function directory_changed();
create trigger console_sessions_told after insert or update or delete or truncate on console_sessions
    for each statement execute function directory_changed();

-- Who changed what, written in the transaction of the change. A line never changes.
create table audit_log (
    id      bigint generated always as identity primary key,
    at      timestamptz not null default now(),
    -- Null: the operator.
    key     uuid references api_keys,
    -- What that one was called then, and by what it was known: 'token', 'key', 'session', 'command'.
    actor   text not null check (length(actor) <= 100),
    how     text not null check (length(how) <= 20),
    source  text not null default '' check (length(source) <= 100),
    request text not null default '' check (length(request) <= 100),
    -- 'key.revoke', 'trunk.change' ..., and what it was done to.
    action  text not null check (length(action) between 1 and 100),
    subject text not null check (length(subject) <= 300),
    -- What is different now; no secrets.
    change  jsonb not null default '{}' check (jsonb_typeof(change) = 'object')
);
create index audit_log_subject on audit_log (subject, id);
create index audit_log_key on audit_log (key, id);

create function audit_line_kept() returns trigger language plpgsql as $$
begin
    raise exception 'line % of the audit log never changes', old.id using errcode = 'restrict_violation';
end
$$;
create trigger audit_log_kept before update on audit_log for each row execute function audit_line_kept();

-- Whose it is; null: the operator's. Agents and flows without an owner are everybody's to use.
alter table calls add column owner uuid references api_keys;
alter table agents add column owner uuid references api_keys;
alter table flows add column owner uuid references api_keys;
create index calls_owner on calls (owner, started_at desc) where owner is not null;
