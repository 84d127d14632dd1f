-- What was called out, by minute, server and whose it is, so that a restart forgets no limit.

create table outbound_usage (
    minute  timestamptz not null,
    node_id uuid not null,
    scope   text not null check (length(scope) between 1 and 200),
    calls   bigint not null check (calls >= 0),
    ms      bigint not null check (ms >= 0),
    micros  bigint not null check (micros >= 0),
    primary key (minute, node_id, scope)
);
