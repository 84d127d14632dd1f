-- A conversation is all that was written between one number of ours and one of theirs.

drop index provider_messages_with;
create index provider_messages_conversations on provider_messages (account, number, ours, at desc, id desc);
