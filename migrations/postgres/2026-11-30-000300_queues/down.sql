alter table outbox reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
alter table inbox reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
alter table conversations reset (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_cost_delay);
drop index inbox_waiting;
