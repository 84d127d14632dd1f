-- Sound files that flows and agents play in calls: kept as they are played, 16-bit mono at 16 kHz.

create table prompts (
    name       text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$'),
    version    integer not null default 1,
    -- Whose it is; null: the operator's, and everybody's to use.
    owner      uuid references api_keys,
    -- What is said in it, for transcripts; empty: its name stands there.
    text       text not null default '' check (length(text) <= 4000),
    -- Of the file that was handed in.
    container  text not null check (length(container) <= 100),
    codec      text not null check (length(codec) <= 100),
    rate       integer not null check (rate > 0),
    channels   integer not null check (channels > 0),
    samples    integer not null check (samples > 0),
    audio      bytea not null check (octet_length(audio) = 2 * samples),
    created_at timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
-- Samples do not shrink: nobody is to try that again for each.
alter table prompts alter column audio set storage external;
create index prompts_owner on prompts (owner);
create trigger prompts_version before update on prompts for each row execute function agent_changed();
create trigger prompts_told after insert or update or delete or truncate on prompts
    for each statement execute function directory_changed();
