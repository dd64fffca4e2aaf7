CREATE TABLE "charter"."exceptions" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"identity" uuid NOT NULL,
	"request" uuid NOT NULL,
	"request_version" integer NOT NULL,
	"reason" text NOT NULL,
	"owner" uuid NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "exceptions_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
ALTER TABLE "charter"."credentials" ADD COLUMN "kept_until" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "exceptions_open" ON "charter"."exceptions" USING btree ("tenant","identity") WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX "exceptions_ends" ON "charter"."exceptions" USING btree ("tenant","ends_at","id");--> statement-breakpoint
grant select on charter.exceptions to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.exceptions to charter_worker;
create constraint trigger must_be_audited after insert or update or delete on charter.exceptions
  deferrable initially deferred for each row execute function charter.must_be_audited('exception', 'id');
--> statement-breakpoint
-- Exceptions that identities carried before there was a register.
do $$
declare
  carried record;
  entry uuid;
begin
  for carried in
    select i.id, i.charter_request, i.charter_version, i.charter -> 'exception' as exception, i.live_at from charter.identities i
      where i.tenant = 'main' and i.charter -> 'exception' <> 'null'::jsonb and i.state not in ('retired', 'failed', 'provisioning')
  loop
    entry := gen_random_uuid();
    insert into charter.exceptions (tenant, id, identity, request, request_version, reason, owner, ends_at, opened_at)
      values ('main', entry, carried.id, carried.charter_request, carried.charter_version, carried.exception ->> 'reason',
        (carried.exception ->> 'owner')::uuid, (carried.exception ->> 'endsAt')::timestamptz, coalesce(carried.live_at, charter.clock()));
    perform charter.audit_write('exception', entry::text, 1, 'System', 'host', 'exception.opened',
      jsonb_build_object('identity', carried.id, 'request', carried.charter_request) || carried.exception);
  end loop;
end
$$;
