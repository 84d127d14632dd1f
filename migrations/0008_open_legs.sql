-- Legs that are up are looked for at each start, among those of all times.

create index legs_open on legs (call_id) where closed_at is null;
