-- Sounds that are heard under an agent's words.

alter table agents add column background jsonb not null default '{}';
