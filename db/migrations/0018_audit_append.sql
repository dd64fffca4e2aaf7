-- As before, with the clock read in the same look as the entry before it: one plan less for each entry.
create or replace function charter.audit_write(noun text, aggregate text, version integer, actor text, evidence text, action text, detail jsonb)
returns void language plpgsql
as $$
#variable_conflict use_variable
declare
  channel constant text := session_user;
  at timestamptz;
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
    select clock_timestamp() + o.ahead, coalesce(l.seq, 0) + 1, coalesce(l.hash, '\x') into at, seq, prev
      from charter.clock_offset o left join lateral (
        select e.seq, e.hash from charter.audit_entries e
          where e.tenant = 'main' and e.noun = noun and e.aggregate = aggregate order by e.seq desc limit 1) l on true
      where o.tenant = 'main';
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
--> statement-breakpoint
-- One entry, as nearly every fact has, is not sorted.
create or replace function charter.audit_append(entries jsonb) returns void language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  entry jsonb;
begin
  if jsonb_array_length(entries) = 1 then
    entry := entries -> 0;
    perform charter.audit_write(
      entry ->> 'noun', entry ->> 'id', (entry ->> 'version')::integer, entry ->> 'actor', entry ->> 'evidence', entry ->> 'action',
      entry -> 'detail');
    return;
  end if;
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
