CREATE TABLE "charter"."uses" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"identity" uuid NOT NULL,
	"subject" text NOT NULL,
	"source" text NOT NULL,
	"last_used_at" timestamp with time zone,
	"sees_since" timestamp with time zone,
	"lag_minutes" integer NOT NULL,
	"observed_at" timestamp with time zone NOT NULL,
	CONSTRAINT "uses_tenant_identity_subject_pk" PRIMARY KEY("tenant","identity","subject")
);
--> statement-breakpoint
ALTER TABLE "charter"."identities" ADD COLUMN "use_answer" text DEFAULT 'no-signal' NOT NULL;--> statement-breakpoint
ALTER TABLE "charter"."identities" ADD COLUMN "last_used_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "charter"."identities" ADD COLUMN "unused_since" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "charter"."identities" ADD COLUMN "use_known_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "charter"."identities" ADD COLUMN "stale_since" timestamp with time zone;--> statement-breakpoint
grant select on charter.uses to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.uses to charter_worker;
--> statement-breakpoint
-- What is known of an identity's use is an observation: a change of these columns alone needs neither a version nor an entry.
create function charter.beyond_use(identity charter.identities) returns jsonb language sql stable
set search_path = pg_catalog, charter, pg_temp
as $$
  select to_jsonb(identity) - '{use_answer,last_used_at,unused_since,use_known_until,stale_since}'::text[]
$$;
revoke execute on function charter.beyond_use(charter.identities) from public;
grant execute on function charter.beyond_use(charter.identities) to charter_worker;
drop trigger must_be_audited on charter.identities;
create constraint trigger must_be_audited after insert or delete on charter.identities
  deferrable initially deferred for each row execute function charter.must_be_audited('identity', 'id');
create constraint trigger must_be_audited_change after update on charter.identities
  deferrable initially deferred for each row
  when (charter.beyond_use(old) is distinct from charter.beyond_use(new) or old is not distinct from new)
  execute function charter.must_be_audited('identity', 'id');
--> statement-breakpoint
-- Tiles and the sort by last use; identities without a use come first, oldest use after them.
create index identities_stale on charter.identities (tenant, name, id) where stale_since is not null and state = 'live';
create index identities_never_used on charter.identities (tenant, name, id)
  where use_answer = 'not-used' and first_use_at is null and state = 'live';
create index identities_last_used on charter.identities (tenant, (coalesce(last_used_at, '-infinity'::timestamptz)), id);
