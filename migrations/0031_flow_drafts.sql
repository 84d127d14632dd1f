-- The working copy of a flow: saved while somebody draws, and no version until it is kept as one.
create table flow_drafts (
    flow       text primary key references flows (name) on delete cascade,
    -- As text, since the order of nodes is part of how people read it.
    document   json not null check (octet_length(document::text) <= 2000000),
    -- The version that it began from; null: none.
    base       integer check (base > 0),
    -- Counts its changes: who would undo another's is told.
    revision   integer not null default 1 check (revision > 0),
    made_by    text not null default '' check (length(made_by) <= 100),
    changed_at timestamptz not null default now()
);
