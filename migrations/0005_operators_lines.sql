-- A line of the transcript may be the operator's: said in the agent's voice because somebody asked for it.

alter table turns drop constraint turns_speaker_check;
alter table turns add constraint turns_speaker_check check (speaker in ('caller', 'agent', 'operator'));
