-- One list of who wants to hear no more of us, whatever way, and what is known again of texts that are erased.

alter table message_opt_outs rename to opt_outs;
alter index message_opt_outs_pkey rename to opt_outs_pkey;
alter table opt_outs rename constraint message_opt_outs_account_check to opt_outs_account_check;
alter table opt_outs rename constraint message_opt_outs_number_check to opt_outs_number_check;
alter table opt_outs rename constraint message_opt_outs_word_check to opt_outs_word_check;
-- Who has written STOP means texts; a wish may be against calls, too, and of all accounts (account is empty then).
alter table opt_outs add column channel text not null default 'text' check (channel in ('text', 'call', 'all'));
alter table opt_outs drop constraint opt_outs_pkey;
alter table opt_outs add constraint opt_outs_pkey primary key (account, number, channel);

-- Texts that came in and were removed: a provider's request that somebody has kept tells none of them anew.
create table erased_texts (
    -- Keyed, of the account and the provider's id: nobody learns from it what was written, or by whom.
    digest bytea primary key check (octet_length(digest) = 16)
);
