CREATE TABLE "charter"."challenges" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" text NOT NULL,
	"issued_at" timestamp with time zone NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone,
	"used_by" text,
	CONSTRAINT "challenges_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."passkeys" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"person" uuid NOT NULL,
	"code_hash" text,
	"invited_by" jsonb NOT NULL,
	"invited_at" timestamp with time zone NOT NULL,
	"invited_until" timestamp with time zone NOT NULL,
	"name" text DEFAULT '' NOT NULL,
	"credential_id" text,
	"public_key" text,
	"transports" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"counter" bigint DEFAULT 0 NOT NULL,
	"enrolled_at" timestamp with time zone,
	"usable_from" timestamp with time zone,
	"confirmed_by" uuid,
	"last_used_at" timestamp with time zone,
	"revoked_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "passkeys_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "charter"."acceptances" ADD COLUMN "assertion" jsonb;--> statement-breakpoint
ALTER TABLE "charter"."asks" ADD COLUMN "assertion" jsonb;--> statement-breakpoint
ALTER TABLE "charter"."request_versions" ADD COLUMN "assertion" jsonb;--> statement-breakpoint
ALTER TABLE "charter"."verdicts" ADD COLUMN "assertion" jsonb;--> statement-breakpoint
ALTER TABLE "charter"."request_states" ADD COLUMN "assurance" text;--> statement-breakpoint
CREATE INDEX "challenges_unused" ON "charter"."challenges" USING btree ("tenant","expires_at") WHERE used_at is null;--> statement-breakpoint
CREATE UNIQUE INDEX "passkeys_credential" ON "charter"."passkeys" USING btree ("tenant","credential_id") WHERE credential_id is not null;--> statement-breakpoint
CREATE INDEX "passkeys_person" ON "charter"."passkeys" USING btree ("tenant","person");--> statement-breakpoint
CREATE INDEX "asks_signed" ON "charter"."asks" USING btree ("tenant","person","received_at") WHERE assertion is not null;--> statement-breakpoint
ALTER TABLE "charter"."acceptances" ADD CONSTRAINT "acceptances_assertion_is_small" CHECK (octet_length(assertion::text) <= 16384);--> statement-breakpoint
ALTER TABLE "charter"."asks" ADD CONSTRAINT "asks_assertion_is_small" CHECK (octet_length(assertion::text) <= 16384);--> statement-breakpoint
ALTER TABLE "charter"."request_versions" ADD CONSTRAINT "request_versions_assertion_is_small" CHECK (octet_length(assertion::text) <= 16384);--> statement-breakpoint
ALTER TABLE "charter"."verdicts" ADD CONSTRAINT "verdicts_assertion_is_small" CHECK (octet_length(assertion::text) <= 16384);--> statement-breakpoint
-- Challenges are nobody's to write: one function makes them, one trigger takes them. The worker reads who took which.
grant select on charter.passkeys to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.passkeys to charter_worker;
grant select on charter.challenges to charter_worker, charter_auditor;
grant insert (assertion) on charter.verdicts, charter.acceptances, charter.asks, charter.request_versions to charter_web;
create constraint trigger must_be_audited after insert or update or delete on charter.passkeys
  deferrable initially deferred for each row execute function charter.must_be_audited('passkey', 'id');
-- A challenge that nobody can guess, for five minutes. Those that nobody used are forgotten an hour later.
create function charter.issue_challenge() returns text language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  fresh constant text := replace(gen_random_uuid()::text || gen_random_uuid()::text, '-', '');
begin
  delete from charter.challenges c where c.tenant = 'main' and c.used_at is null and c.expires_at < charter.clock() - interval '1 hour';
  insert into charter.challenges (id, issued_at, expires_at)
    values (fresh, charter.clock(), charter.clock() + interval '5 minutes');
  return fresh;
end
$$;
grant execute on function charter.issue_challenge() to charter_web, charter_worker;
-- A claim with a gesture takes its challenge, once and in time, whatever then becomes of the claim. Arguments: key columns.
create function charter.take_challenge() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
begin
  update charter.challenges c
    set used_at = charter.clock(), used_by = tg_table_name || '/' || charter.audit_key(to_jsonb(new), tg_argv)
    where c.tenant = 'main' and c.id = new.assertion ->> 'challengeId' and c.used_at is null and c.expires_at > charter.clock();
  if not found then
    raise exception 'This challenge is not ours, was used, or has run out.'
      using errcode = 'check_violation', constraint = 'challenge_is_in_force';
  end if;
  return new;
end
$$;
create trigger take_challenge before insert on charter.verdicts for each row
  when (new.assertion is not null) execute function charter.take_challenge('id');
create trigger take_challenge before insert on charter.acceptances for each row
  when (new.assertion is not null) execute function charter.take_challenge('id');
create trigger take_challenge before insert on charter.asks for each row
  when (new.assertion is not null) execute function charter.take_challenge('id');
create trigger take_challenge before insert on charter.request_versions for each row
  when (new.assertion is not null) execute function charter.take_challenge('request', 'version');
-- As before, and what proves a claim stays out of its entry: the worker's entry names it by its digest.
create or replace function charter.audit_claim() returns trigger language plpgsql security definer
set search_path = pg_catalog, charter, pg_temp
as $$
declare
  fields constant jsonb := to_jsonb(new);
  subject constant text := charter.audit_key(fields, tg_argv[4:]);
  detail jsonb := fields - '{tenant,received_at,channel,id_token,charter,origins,proposal,user_agent,created_at,last_seen_at,assertion}'::text[];
begin
  if fields -> 'proposal' is distinct from 'null'::jsonb and fields ? 'proposal' then
    detail := detail || jsonb_build_object('proposal', encode(sha256(convert_to(fields ->> 'proposal', 'UTF8')), 'hex'));
  end if;
  if fields -> 'assertion' is distinct from 'null'::jsonb and fields ? 'assertion' then
    detail := detail || jsonb_build_object('challenge', fields -> 'assertion' ->> 'challengeId');
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
