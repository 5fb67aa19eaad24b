-- How a challenge was asked for, so that its code goes out again as it did before: in which language, and by which
-- other ways (names of channels, in order, with commas between).
alter table verifications add column locale text;
alter table verifications add column fallback text not null default '';

-- Whose budget a send is of: 0 a team's, a chat's, or a person's to what is his; 1 somebody's who has not said who he is; 2 a
-- signed-in person's to what nobody vouches that it is his.
alter table verification_sends rename column is_anonymous to sender_kind;
