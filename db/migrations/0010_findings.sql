CREATE TABLE "charter"."counters" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"name" text NOT NULL,
	"scope" text NOT NULL,
	"day" date NOT NULL,
	"value" integer NOT NULL,
	CONSTRAINT "counters_tenant_name_scope_day_pk" PRIMARY KEY("tenant","name","scope","day")
);
--> statement-breakpoint
ALTER TABLE "charter"."asks" ADD COLUMN "detail" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "team" uuid;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "severity" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "severity_parts" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "muted_until" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "mute_reason" text;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "muted_by" uuid;--> statement-breakpoint
grant select on charter.counters to charter_web, charter_worker, charter_auditor;
grant insert, update, delete on charter.counters to charter_worker;
grant insert (detail) on charter.asks to charter_web;
--> statement-breakpoint
-- The page: open findings of one kind and of all, worst first; the oldest of a kind; those of an identity. The first one counts them too.
create index findings_open on charter.findings (tenant, kind, severity desc, id desc) include (muted_until, team) where closed_at is null;
create index findings_worst on charter.findings (tenant, severity desc, id desc) where closed_at is null;
create index findings_oldest on charter.findings (tenant, kind, opened_at) where closed_at is null;
create index findings_identity on charter.findings (tenant, identity) where closed_at is null;
-- The conditions: ends of what is enabled, secrets in force by age.
create index identities_enabled_ends on charter.identities (tenant, ends_at) where state in ('live', 'suspended');
create index credentials_active on charter.credentials (tenant, identity, issued_at) where state = 'active';
