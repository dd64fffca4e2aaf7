CREATE TABLE "charter"."notice_mark" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"leaf" bigint NOT NULL,
	CONSTRAINT "notice_mark_tenant_pk" PRIMARY KEY("tenant")
);
--> statement-breakpoint
CREATE TABLE "charter"."notices" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"key" text NOT NULL,
	"person" uuid,
	"webhook" text,
	"kind" text NOT NULL,
	"promised" boolean NOT NULL,
	"sentence" text NOT NULL,
	"path" text NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fault" text,
	"sent_at" timestamp with time zone,
	"given_up_at" timestamp with time zone,
	CONSTRAINT "notices_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "notices_key" UNIQUE("tenant","key"),
	CONSTRAINT "notices_one_way" CHECK ((person is null) <> (webhook is null))
);
--> statement-breakpoint
CREATE TABLE "charter"."preferences" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"person" uuid NOT NULL,
	"name" text NOT NULL,
	"value" jsonb NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "preferences_tenant_person_name_pk" PRIMARY KEY("tenant","person","name"),
	CONSTRAINT "preferences_are_small" CHECK (octet_length(value::text) <= 16384 and octet_length(name) <= 120)
);
--> statement-breakpoint
CREATE INDEX "notices_due" ON "charter"."notices" USING btree ("tenant","due_at") WHERE sent_at is null and given_up_at is null;--> statement-breakpoint
CREATE INDEX "notices_person" ON "charter"."notices" USING btree ("tenant","person","at");--> statement-breakpoint
grant select on charter.notices, charter.notice_mark, charter.preferences to charter_web, charter_worker, charter_auditor;
grant insert, update on charter.notices, charter.notice_mark to charter_worker;
grant insert, update, delete on charter.preferences to charter_web;
