-- What a call is about: JSON that whoever placed it gave along for its agent. Calls of before have none.

alter table calls add column about jsonb not null default '{}';
