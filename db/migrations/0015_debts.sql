CREATE TABLE "charter"."debts" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"identity" uuid NOT NULL,
	"team" uuid NOT NULL,
	"who_since" timestamp with time zone,
	"why_since" timestamp with time zone,
	"reach_since" timestamp with time zone,
	"end_since" timestamp with time zone,
	"policy_since" timestamp with time zone,
	"since" timestamp with time zone GENERATED ALWAYS AS (least(who_since, why_since, reach_since, end_since, policy_since)) STORED NOT NULL,
	"cause" text GENERATED ALWAYS AS (case least(who_since, why_since, reach_since, end_since, policy_since) when who_since then 'who' when why_since then 'why' when reach_since then 'reach' when end_since then 'end' else 'policy' end) STORED NOT NULL,
	CONSTRAINT "debts_tenant_identity_pk" PRIMARY KEY("tenant","identity")
);
--> statement-breakpoint
ALTER TABLE "charter"."counters" ALTER COLUMN "value" SET DATA TYPE bigint;--> statement-breakpoint
CREATE INDEX "debts_cause" ON "charter"."debts" USING btree ("tenant","cause","team");--> statement-breakpoint
grant select on charter.debts to charter_web, charter_worker, charter_auditor;
grant insert, update, delete on charter.debts to charter_worker;
--> statement-breakpoint
-- How many identities a team has that are enabled, from the index alone: the whole of which a share is told.
create index identities_enabled_team on charter.identities (tenant, team) where state in ('live', 'suspended');
