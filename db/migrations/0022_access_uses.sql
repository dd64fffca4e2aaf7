CREATE TABLE "charter"."access_uses" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"identity" uuid NOT NULL,
	"asked_at" timestamp with time zone NOT NULL,
	"told" jsonb,
	"observed_at" timestamp with time zone,
	CONSTRAINT "access_uses_tenant_identity_pk" PRIMARY KEY("tenant","identity"),
	CONSTRAINT "access_uses_told" CHECK (not jsonb_path_exists(told, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "secret|password|token" flag "i")'))
);
--> statement-breakpoint
grant select on charter.access_uses to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.access_uses to charter_worker;
