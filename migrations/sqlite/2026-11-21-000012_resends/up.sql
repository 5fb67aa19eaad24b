-- How a challenge was asked for, so that its code goes out again as it did before: in which language, and by which
-- other ways (names of channels, in order, with commas between).
alter table verifications add column locale text;
alter table verifications add column fallback text not null default '';
