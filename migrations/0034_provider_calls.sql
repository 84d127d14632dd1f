-- Calls that telephony providers carry, as they tell of them. Numbers stand with the call itself.

create table provider_calls (
    -- Ours; the provider learns it with our addresses.
    session     uuid primary key,
    account     text not null check (length(account) between 1 and 64),
    kind        text not null check (length(kind) <= 32),
    -- The provider's own id; empty: it has told none yet.
    ref         text not null default '' check (length(ref) <= 200),
    direction   text not null check (direction in ('inbound', 'outbound')),
    -- None: nobody took it.
    call_id     uuid references calls on delete cascade,
    node_id     uuid,
    -- Where it is with us, and by the provider's word.
    phase       text not null check (length(phase) <= 32),
    state       text not null check (length(state) <= 32),
    code        integer,
    answered_by text not null default '' check (length(answered_by) <= 32),
    cost        double precision,
    currency    text not null default '' check (length(currency) <= 8),
    began_at    timestamptz not null,
    answered_at timestamptz,
    ended_at    timestamptz,
    changed_at  timestamptz not null default now()
);
create index provider_calls_ref on provider_calls (account, ref);
create index provider_calls_call on provider_calls (call_id);
create index provider_calls_open on provider_calls (account) where ended_at is null;
