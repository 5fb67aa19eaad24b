-- Copies of finished messages, as many as `:rows` in all, over many conversations, ten days old. Which columns there
-- are is read from the catalogue: hashes and ids become new ones, references go to rows that are there. What is sealed
-- can be read by nobody, and nothing reads it: it only takes its place. The server does not run meanwhile.
do $$
declare
    rows constant bigint := :rows;
    tables text[];
    name text;
    columns text;
    copies text;
    finished text;
    definitions text[];
    definition text;
begin
    -- References are right by construction.
    perform set_config('session_replication_role', 'replica', true);
    perform set_config('maintenance_work_mem', '512MB', true);
    create temp table picked_conversations (nth bigint, id uuid) on commit drop;
    create temp table picked_outbox (nth bigint, id uuid) on commit drop;
    select array_agg(relname::text order by relname) into tables from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and not relispartition
        and relname ~ '^(inbox|outbox)';
    foreach name in array array['conversations'] || tables loop
        select string_agg(quote_ident(attname), ', '), string_agg(case
            when attname = 'conversation_id' then 'case when source.conversation_id is not null then conversation.id end'
            when attname = 'outbox_id' then 'message.id'
            when attname = 'price_due_at' then 'null'
            when attname like '%\_hash' then format('md5(source.%I || n)', attname)
            when attname = 'id' then 'gen_random_uuid()'
            when atttypid = 'timestamptz'::regtype and relkind = 'r'
                then format('source.%I - interval ''10 days''', attname)
            else format('source.%I', attname) end, ', ') into columns, copies
        from pg_attribute join pg_class on pg_class.oid = attrelid
        where attrelid = name::regclass and attnum > 0 and not attisdropped and attidentity = '' and attgenerated = '';
        select coalesce(string_agg(format('%I = %L', attname, case attname when 'state' then 'done' else 'settled' end),
            ' and '), 'true') into finished
        from pg_attribute where attrelid = name::regclass and attname in ('state', 'phase') and atttypid = 'text'::regtype;
        execute format('create temp table source on commit drop as '
            'select *, row_number() over () - 1 as nth from %I where %s limit 2000', name, finished);
        definitions := array(select pg_get_indexdef(indexrelid) from pg_index join pg_class on pg_class.oid = indrelid
            where indrelid = name::regclass and not indisunique and relkind = 'r');
        for definition in select indexrelid::regclass::text from pg_index join pg_class on pg_class.oid = indrelid
            where indrelid = name::regclass and not indisunique and relkind = 'r' loop
            execute 'drop index ' || definition;
        end loop;
        execute format('insert into %I (%s) select %s from generate_series(0, %s) as n '
            'join source on source.nth = n %% (select count(*) from source) '
            'left join picked_conversations as conversation on conversation.nth = n %% %s '
            'left join picked_outbox as message on message.nth = n %% %s', name, columns, copies,
            case when name = 'conversations' then least(rows / 10, 20000) else rows / cardinality(tables) end - 1,
            (select greatest(count(*), 1) from picked_conversations),
            (select greatest(count(*), 1) from picked_outbox));
        foreach definition in array definitions loop
            execute definition;
        end loop;
        drop table source;
        if name in ('conversations', 'outbox') then
            execute format('insert into picked_%1$s select row_number() over () - 1, id '
                'from (select id from %1$I limit 20000) as found', name);
        end if;
    end loop;
end $$
