-- Messages that wait, by their conversation: what is before a message, and what comes next.
create index inbox_waiting on inbox (conversation_id, seq) where state = 'pending';
