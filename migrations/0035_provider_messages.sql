-- Text messages (SMS) that came in by accounts at telephony providers and went out by them.

create table provider_messages (
    id         uuid primary key default gen_random_uuid(),
    account    text not null check (length(account) <= 64),
    direction  text not null check (direction in ('in', 'out')),
    -- The provider's own id; empty until it has given one.
    ref        text not null default '' check (length(ref) <= 200),
    -- At the other end, and ours, in E.164 where they are numbers.
    number     text not null check (length(number) <= 64),
    ours       text not null default '' check (length(ours) <= 64),
    body       text not null check (length(body) <= 8000),
    -- What it is billed as.
    segments   integer not null check (segments >= 0),
    -- in: received, taken (an agent has it), kept (nobody answers; `detail` says why).
    -- out: queued, sent, delivered, undelivered, failed.
    state      text not null check (state in
        ('received', 'taken', 'kept', 'queued', 'sent', 'delivered', 'undelivered', 'failed')),
    detail     text not null default '' check (length(detail) <= 500),
    agent      text not null default '' check (length(agent) <= 64),
    -- The conversation, or the call that asked for it; it may be gone.
    call_id    uuid,
    -- Whose it is: of a key of the API; null: the operator's.
    owner      uuid,
    -- Of who asked for it: the same key twice is one message.
    key        text check (length(key) between 1 and 200),
    at         timestamptz not null default now(),
    changed_at timestamptz not null default now()
);
create unique index provider_messages_refs on provider_messages (account, direction, ref) where ref <> '';
create unique index provider_messages_keys on provider_messages (key) where key is not null;
create index provider_messages_newest on provider_messages (at desc, id desc);
create index provider_messages_with on provider_messages (account, number, at desc);

-- Who wants no texts from an account.
create table message_opt_outs (
    account text not null check (length(account) <= 64),
    number  text not null check (length(number) <= 64),
    -- What was written.
    word    text not null default '' check (length(word) <= 40),
    at      timestamptz not null default now(),
    primary key (account, number)
);
