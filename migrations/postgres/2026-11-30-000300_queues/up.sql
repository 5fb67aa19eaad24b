-- Messages that wait, by their conversation: what is before a message, and what comes next.
create index inbox_waiting on inbox (conversation_id, seq) where state = 'pending';

-- Rows that are updated on their page: the room lets an update stay there, and leave the indexes as they are (HOT). What
-- updates leave behind is cleaned early, and without pauses.
alter table conversations set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
alter table inbox set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
alter table outbox set (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
