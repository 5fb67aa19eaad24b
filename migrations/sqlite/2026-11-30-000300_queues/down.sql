drop index inbox_waiting;
