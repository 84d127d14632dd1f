-- Which agent a call began with, and which version of its row: the row may change while the call goes on. Calls of
-- before, and calls between phones, have neither.

alter table calls add column agent text check (length(agent) <= 100);
alter table calls add column agent_version integer;
alter table calls add constraint calls_agent_whole check ((agent is null) = (agent_version is null));
