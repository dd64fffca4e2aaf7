CREATE TABLE "charter"."slots" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"identity" uuid NOT NULL,
	"vault" text NOT NULL,
	"version" integer,
	"written_at" timestamp with time zone,
	"observed_at" timestamp with time zone,
	"read_at" timestamp with time zone,
	CONSTRAINT "slots_tenant_identity_pk" PRIMARY KEY("tenant","identity")
);
--> statement-breakpoint
CREATE TABLE "charter"."vault_logs" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"vault" text NOT NULL,
	"file" text NOT NULL,
	"position" bigint NOT NULL,
	"since" timestamp with time zone NOT NULL,
	"read_at" timestamp with time zone NOT NULL,
	CONSTRAINT "vault_logs_tenant_vault_pk" PRIMARY KEY("tenant","vault")
);
--> statement-breakpoint
grant select on charter.slots to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.slots to charter_worker;
-- Where the file lies on the vault's host, and how long it is, is nothing of the web's.
grant select (tenant, vault, since, read_at) on charter.vault_logs to charter_web;
grant select on charter.vault_logs to charter_worker, charter_auditor;
grant insert, update on charter.vault_logs to charter_worker;
