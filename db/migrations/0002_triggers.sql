-- Claims: when and through which role is the database's word, whatever was sent.
create function charter.stamp_claim() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
begin
  new.tenant := 'main';
  new.received_at := charter.clock();
  new.channel := session_user;
  return new;
end
$$;

-- Claims: the entry and, for those a worker must look at, the inbox row. Arguments: noun, verb, column of the actor (or ''),
-- inbox or '', key columns. What a digest binds already (charter, origins) and what must not be kept (id_token) stays out.
create function charter.audit_claim() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  fields constant jsonb := to_jsonb(new);
  subject constant text := charter.audit_key(fields, tg_argv[4:]);
  detail jsonb := fields - '{tenant,received_at,channel,id_token,charter,origins,proposal,user_agent,created_at,last_seen_at}'::text[];
begin
  if fields -> 'proposal' is distinct from 'null'::jsonb and fields ? 'proposal' then
    detail := detail || jsonb_build_object('proposal', encode(sha256(convert_to(fields ->> 'proposal', 'UTF8')), 'hex'));
  end if;
  perform charter.audit_write(
    tg_argv[0], subject, case when 'version' = any (tg_argv[4:]) then (fields ->> 'version')::integer else 1 end, coalesce(fields ->> tg_argv[2], ''),
    case session_user when 'charter_web' then 'session' else 'worker' end, tg_argv[0] || '.' || tg_argv[1], detail);
  if tg_argv[3] = 'inbox' then
    insert into charter.inbox (claim, subject) values (tg_table_name, subject);
  end if;
  return null;
end
$$;

-- The last line of separation of duties: a verdict on one's own request, by whichever of one's logins, is refused.
create function charter.refuse_own_verdict() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  asked uuid;
begin
  select r.requester into asked from charter.requests r where r.tenant = 'main' and r.id = new.request;
  if not found then
    raise exception 'There is no such request.' using errcode = 'foreign_key_violation';
  end if;
  if coalesce((select p.canonical from charter.people p where p.tenant = 'main' and p.id = asked), asked)
     = coalesce((select p.canonical from charter.people p where p.tenant = 'main' and p.id = new.person), new.person) then
    raise exception 'Nobody decides on their own request.' using errcode = 'check_violation';
  end if;
  return new;
end
$$;

-- Sessions: the web says that one was seen or ended, the database says when; an ended one stays ended.
create function charter.stamp_session() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
begin
  if tg_op = 'UPDATE' and old.ended_at is not null then
    raise exception 'This session has ended.' using errcode = 'check_violation';
  end if;
  if session_user = 'charter_web' then
    new.tenant := 'main';
    new.last_seen_at := clock_timestamp();
    if tg_op = 'INSERT' then
      new.created_at := clock_timestamp();
      new.ended_at := null;
    elsif new.ended_at is not null then
      new.ended_at := clock_timestamp();
    end if;
  end if;
  return new;
end
$$;

-- Facts: at commit every change of a guarded row has an entry of this very transaction, noun, id and version, and the version
-- grew by one. A definer, because a deferred trigger runs as the session's user. Arguments: noun, key columns.
create function charter.must_be_audited() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  fields jsonb;
  wanted integer;
begin
  if tg_op = 'INSERT' then
    fields := to_jsonb(new);
    wanted := 1;
  else
    fields := to_jsonb(old);
    wanted := (fields ->> 'version')::integer + 1;
  end if;
  if tg_op <> 'DELETE' and new.version <> wanted then
    raise exception 'A row of % has version % where % is due.', tg_table_name, new.version, wanted using errcode = 'check_violation';
  end if;
  if tg_op = 'UPDATE' and charter.audit_key(to_jsonb(new), tg_argv[1:]) <> charter.audit_key(fields, tg_argv[1:]) then
    raise exception 'The key of a row of % never changes.', tg_table_name using errcode = 'check_violation';
  end if;
  perform 1 from charter.audit_entries e
    where e.tenant = 'main' and e.noun = tg_argv[0] and e.aggregate = charter.audit_key(fields, tg_argv[1:])
      and e.version = wanted and e.xid = pg_current_xact_id()
    order by e.seq desc limit 1;
  if not found then
    raise exception 'A change of % has no audit entry: % % version %.', tg_table_name, tg_argv[0],
      charter.audit_key(fields, tg_argv[1:]), wanted using errcode = 'check_violation';
  end if;
  return null;
end
$$;

create trigger stamp before insert on charter.sign_ins for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.requests for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.request_versions for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.verdicts for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.acceptances for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.comments for each row execute function charter.stamp_claim();
create trigger stamp before insert on charter.asks for each row execute function charter.stamp_claim();
create trigger stamp before insert or update on charter.sessions for each row execute function charter.stamp_session();
create trigger last_line before insert on charter.verdicts for each row execute function charter.refuse_own_verdict();

create trigger audit after insert on charter.sign_ins for each row
  execute function charter.audit_claim('sign-in', 'handed-over', '', 'inbox', 'id');
create trigger audit after insert on charter.requests for each row
  execute function charter.audit_claim('request', 'asked', 'requester', '', 'id');
create trigger audit after insert on charter.request_versions for each row
  execute function charter.audit_claim('request-version', 'sealed', 'person', 'inbox', 'request', 'version');
create trigger audit after insert on charter.verdicts for each row
  execute function charter.audit_claim('verdict', 'given', 'person', 'inbox', 'id');
create trigger audit after insert on charter.acceptances for each row
  execute function charter.audit_claim('acceptance', 'given', 'person', 'inbox', 'id');
create trigger audit after insert on charter.comments for each row
  execute function charter.audit_claim('comment', 'made', 'person', 'inbox', 'id');
create trigger audit after insert on charter.asks for each row
  execute function charter.audit_claim('ask', 'made', 'person', 'inbox', 'id');
create trigger audit_opened after insert on charter.sessions for each row
  execute function charter.audit_claim('session', 'opened', 'person', '', 'id');
create trigger audit_ended after update on charter.sessions for each row when (old.ended_at is null and new.ended_at is not null)
  execute function charter.audit_claim('session', 'ended', 'person', '', 'id');

do $$
declare
  guarded record;
begin
  for guarded in
    select * from (values
      ('people', $a$'person', 'id'$a$), ('person_roles', $a$'person-role', 'person', 'role'$a$), ('teams', $a$'team', 'id'$a$),
      ('team_members', $a$'team-member', 'team', 'person'$a$), ('services', $a$'service', 'id'$a$),
      ('repositories', $a$'repository', 'id'$a$), ('sign_in_results', $a$'sign-in-result', 'sign_in'$a$),
      ('targets', $a$'target', 'name'$a$), ('vaults', $a$'vault', 'name'$a$), ('bundles', $a$'bundle', 'activation'$a$),
      ('blueprints', $a$'blueprint', 'kind', 'id'$a$), ('decisions', $a$'decision', 'id'$a$),
      ('request_states', $a$'request-state', 'request'$a$), ('intents', $a$'intent', 'id'$a$),
      ('identities', $a$'identity', 'id'$a$), ('objects', $a$'object', 'id'$a$), ('credentials', $a$'credential', 'id'$a$)
    ) as t (name, arguments)
  loop
    execute format(
      'create constraint trigger must_be_audited after insert or update or delete on charter.%I
         deferrable initially deferred for each row execute function charter.must_be_audited(%s)', guarded.name, guarded.arguments);
  end loop;
end
$$;

-- Of steps each checkpoint and each change to an end, ambiguous or stuck; not the taking of leases. They are made with their intent.
create constraint trigger must_be_audited after update on charter.steps deferrable initially deferred for each row
  when (old.facts is distinct from new.facts
    or (old.state is distinct from new.state and new.state in ('done', 'failed', 'ambiguous', 'undone'))
    or (old.stuck_at is null and new.stuck_at is not null))
  execute function charter.must_be_audited('step', 'id');
create constraint trigger must_be_audited_removal after delete on charter.steps deferrable initially deferred for each row
  execute function charter.must_be_audited('step', 'id');
