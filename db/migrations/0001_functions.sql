-- Nothing below may be called but by whom 0003_grants.sql names.
alter default privileges revoke execute on functions from public;

-- The clock of every business deadline, of received_at and of audit times. Leases, gates and sessions use clock_timestamp().
create function charter.clock() returns timestamptz language sql volatile
return clock_timestamp() + coalesce((select ahead from charter.clock_offset where tenant = 'main'), interval '0');

-- One field of what is hashed: its length in bytes, a colon, its text, a comma, so that no two entries have the same bytes.
create function charter.audit_field(value text) returns text language sql immutable strict
return octet_length(value)::text || ':' || value || ',';

-- What a channel may put in the audit log. The web's words are claims: never identity.*, never *.verified.
create function charter.audit_allows(channel text, noun text, action text) returns boolean language sql immutable
return starts_with(action, noun || '.') and case channel
  when 'charter_web' then action in (
    'sign-in.handed-over', 'session.opened', 'session.ended', 'request.asked', 'request-version.sealed', 'verdict.given',
    'acceptance.given', 'comment.made', 'ask.made', 'attempt.denied')
  when 'charter_auditor' then false
  else true
end;

-- Appends one entry to its aggregate's chain. A second writer of the same aggregate waits for the first to commit and then
-- chains to it: the insert conflicts, does nothing, and is tried again on a newer snapshot. No lock but that row's.
-- Runs with the rights and the search path of the definer functions that call it; nobody else may.
create function charter.audit_write(noun text, aggregate text, version integer, actor text, evidence text, action text, detail jsonb)
returns void language plpgsql
as $$
#variable_conflict use_variable
declare
  channel constant text := session_user;
  at constant timestamptz := charter.clock();
  xid constant xid8 := pg_current_xact_id();
  prev bytea;
  seq integer;
  hash bytea;
begin
  if noun is null or aggregate is null or version is null or actor is null or evidence is null or action is null or detail is null then
    raise exception 'An audit entry lacks a field.' using errcode = 'not_null_violation';
  end if;
  if not charter.audit_allows(channel, noun, action) then
    raise exception 'The role % may not record %.', channel, action using errcode = 'insufficient_privilege';
  end if;
  loop
    select e.seq + 1, e.hash into seq, prev from charter.audit_entries e
      where e.tenant = 'main' and e.noun = noun and e.aggregate = aggregate order by e.seq desc limit 1;
    if seq is null then
      seq := 1;
      prev := '\x'::bytea;
    end if;
    hash := sha256(convert_to(
      charter.audit_field('charter-audit-1') || charter.audit_field('main') || charter.audit_field(noun)
      || charter.audit_field(aggregate) || charter.audit_field(seq::text) || charter.audit_field(version::text)
      || charter.audit_field(to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))
      || charter.audit_field(channel) || charter.audit_field(actor) || charter.audit_field(evidence)
      || charter.audit_field(action) || charter.audit_field(detail::text) || charter.audit_field(xid::text)
      || charter.audit_field(encode(prev, 'hex')), 'UTF8'));
    insert into charter.audit_entries as e (tenant, noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev, hash)
      values ('main', noun, aggregate, seq, version, at, channel, actor, evidence, action, detail, xid, prev, hash)
      on conflict do nothing;
    exit when found;
  end loop;
end
$$;

-- What a fact records in its own transaction: [{noun, id, version, actor, evidence, action, detail}, …]. Sorted by aggregate, so
-- that two facts which record the same aggregates wait for each other instead of deadlocking.
create function charter.audit_append(entries jsonb) returns void language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  entry jsonb;
begin
  for entry in
    select e.value from jsonb_array_elements(entries) with ordinality e
      order by e.value ->> 'noun' collate "C", e.value ->> 'id' collate "C", e.ordinality
  loop
    perform charter.audit_write(
      entry ->> 'noun', entry ->> 'id', (entry ->> 'version')::integer, entry ->> 'actor', entry ->> 'evidence', entry ->> 'action',
      entry -> 'detail');
  end loop;
end
$$;

-- A refused attempt: who is said to have tried what. It belongs to no row and changes nothing.
create function charter.append_denied(actor text, attempted text, detail jsonb) returns void language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
begin
  if octet_length(detail::text) > 16384 or octet_length(attempted) > 200 or octet_length(actor) > 200 then
    raise exception 'A denied attempt is recorded in at most 16 KiB.' using errcode = 'check_violation';
  end if;
  perform charter.audit_write(
    'attempt', gen_random_uuid()::text, 0, actor, case session_user when 'charter_web' then 'session' else 'worker' end, 'attempt.denied',
    jsonb_build_object('attempted', attempted, 'detail', detail));
end
$$;

-- The key of a row as its entries name it: the key columns' values joined with a slash.
create function charter.audit_key(fields jsonb, columns text[]) returns text language sql immutable
return (select string_agg(fields ->> c.name, '/' order by c.place) from unnest(columns) with ordinality c (name, place));

-- Gives the next places in the signed tree to entries that have none, those of one aggregate in order, and returns them. The
-- tree's row stays locked until the caller's transaction ends, which must sign them (seal_sign); nothing when another seals.
create function charter.seal_next(most integer) returns table (leaf bigint, hash bytea) language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
#variable_conflict use_column
declare
  first bigint;
begin
  select t.size into first from charter.audit_tree t where t.tenant = 'main' for update skip locked;
  if not found then
    return;
  end if;
  return query
    with fresh as (
      select e.noun, e.aggregate, e.seq from charter.audit_entries e
        where e.tenant = 'main' and e.leaf is null order by e.noun, e.aggregate, e.seq limit most
    ), placed as (
      select f.*, first - 1 + row_number() over (order by f.noun, f.aggregate, f.seq) as place from fresh f
    ), sealed as (
      update charter.audit_entries e set leaf = p.place from placed p
        where e.tenant = 'main' and e.noun = p.noun and e.aggregate = p.aggregate and e.seq = p.seq
        returning e.leaf, e.hash
    )
    select s.leaf, s.hash from sealed s order by s.leaf;
end
$$;

-- Stores the signature over what seal_next gave: {size, root, previous, epoch, at, key, signature}. A checkpoint continues the last.
create function charter.seal_sign(checkpoint jsonb, frontier text[]) returns void language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  signed charter.audit_checkpoints := jsonb_populate_record(null::charter.audit_checkpoints, checkpoint || '{"tenant": "main"}');
  tree charter.audit_tree;
  last bigint;
begin
  select * into strict tree from charter.audit_tree t where t.tenant = 'main' for update nowait;
  select max(e.leaf) + 1 into last from charter.audit_entries e where e.tenant = 'main';
  if signed.previous is distinct from tree.root or signed.epoch is distinct from tree.epoch or signed.size <= tree.size
    or signed.size is distinct from last then
    raise exception 'This checkpoint does not continue the last one.' using errcode = 'check_violation';
  end if;
  insert into charter.audit_checkpoints select signed.*;
  update charter.audit_tree t set size = signed.size, root = signed.root, frontier = seal_sign.frontier where t.tenant = 'main';
end
$$;

insert into charter.clock_offset default values;
-- The root of the empty tree is sha256 of nothing.
insert into charter.audit_tree (root, frontier) values (encode(sha256('\x'::bytea), 'hex'), '{}');
