CREATE SCHEMA IF NOT EXISTS "charter";
--> statement-breakpoint
CREATE TABLE "charter"."audit_checkpoints" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"size" bigint NOT NULL,
	"root" text NOT NULL,
	"previous" text NOT NULL,
	"epoch" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"key" text NOT NULL,
	"signature" text NOT NULL,
	CONSTRAINT "audit_checkpoints_tenant_size_epoch_pk" PRIMARY KEY("tenant","size","epoch")
);
--> statement-breakpoint
CREATE TABLE "charter"."audit_entries" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"noun" text NOT NULL,
	"aggregate" text NOT NULL,
	"seq" integer NOT NULL,
	"version" integer NOT NULL,
	"at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	"actor" text NOT NULL,
	"evidence" text NOT NULL,
	"action" text NOT NULL,
	"detail" jsonb NOT NULL,
	"xid" "xid8" NOT NULL,
	"prev" "bytea" NOT NULL,
	"hash" "bytea" NOT NULL,
	"leaf" bigint,
	CONSTRAINT "audit_entries_tenant_noun_aggregate_seq_pk" PRIMARY KEY("tenant","noun","aggregate","seq")
);
--> statement-breakpoint
CREATE TABLE "charter"."audit_tree" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"size" bigint DEFAULT 0 NOT NULL,
	"root" text NOT NULL,
	"frontier" text[] NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "audit_tree_tenant_pk" PRIMARY KEY("tenant")
);
--> statement-breakpoint
CREATE TABLE "charter"."clock_offset" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"ahead" interval DEFAULT '0' NOT NULL,
	CONSTRAINT "clock_offset_tenant_pk" PRIMARY KEY("tenant")
);
--> statement-breakpoint
CREATE TABLE "charter"."acceptances" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"request" uuid NOT NULL,
	"version" integer NOT NULL,
	"plan_digest" text NOT NULL,
	"person" uuid NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "acceptances_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "acceptances_once" UNIQUE("tenant","request","version","person")
);
--> statement-breakpoint
CREATE TABLE "charter"."asks" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"subject" text NOT NULL,
	"person" uuid NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "asks_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."comments" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"request" uuid NOT NULL,
	"version" integer NOT NULL,
	"person" uuid NOT NULL,
	"text" text NOT NULL,
	"proposal" jsonb,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "comments_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."drafts" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"person" uuid NOT NULL,
	"blueprint" text NOT NULL,
	"content" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "drafts_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."request_versions" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"request" uuid NOT NULL,
	"version" integer NOT NULL,
	"charter" jsonb NOT NULL,
	"origins" jsonb NOT NULL,
	"change" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"digest" text NOT NULL,
	"plan_digest" text NOT NULL,
	"person" uuid,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "request_versions_tenant_request_version_pk" PRIMARY KEY("tenant","request","version")
);
--> statement-breakpoint
CREATE TABLE "charter"."requests" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"identity" uuid,
	"requester" uuid,
	"drafted_at" timestamp with time zone NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "requests_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "requests_of_the_web_have_a_requester" CHECK (requester is not null or channel <> 'charter_web')
);
--> statement-breakpoint
CREATE TABLE "charter"."sessions" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" text NOT NULL,
	"person" uuid NOT NULL,
	"sign_in" uuid,
	"read_only" boolean DEFAULT false NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"user_agent" text DEFAULT '' NOT NULL,
	CONSTRAINT "sessions_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."sign_ins" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"id_token" text NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "sign_ins_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."verdicts" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"request" uuid NOT NULL,
	"version" integer NOT NULL,
	"plan_digest" text NOT NULL,
	"stage" integer NOT NULL,
	"person" uuid NOT NULL,
	"verdict" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "verdicts_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "verdicts_once" UNIQUE("tenant","request","version","stage","person")
);
--> statement-breakpoint
CREATE TABLE "charter"."blueprints" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"kind" text NOT NULL,
	"id" text NOT NULL,
	"digest" text NOT NULL,
	"content" jsonb NOT NULL,
	"configured" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "blueprints_tenant_kind_id_pk" PRIMARY KEY("tenant","kind","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."bundles" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"activation" integer NOT NULL,
	"digest" text NOT NULL,
	"files" jsonb NOT NULL,
	"activated_by" jsonb NOT NULL,
	"activated_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "bundles_tenant_activation_pk" PRIMARY KEY("tenant","activation")
);
--> statement-breakpoint
CREATE TABLE "charter"."findings" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"kind" text NOT NULL,
	"identity" uuid,
	"target" text,
	"object" text,
	"sentence" text NOT NULL,
	"evidence" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"opened_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	"closed_at" timestamp with time zone,
	CONSTRAINT "findings_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "findings_key" UNIQUE("tenant","kind","target","object")
);
--> statement-breakpoint
CREATE TABLE "charter"."targets" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"environments" jsonb NOT NULL,
	"settings" jsonb NOT NULL,
	"entry_digest" text NOT NULL,
	"simulated" boolean NOT NULL,
	"configured" boolean DEFAULT true NOT NULL,
	"position" integer NOT NULL,
	"checks" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"checked_at" timestamp with time zone,
	"swept_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "targets_tenant_name_pk" PRIMARY KEY("tenant","name")
);
--> statement-breakpoint
CREATE TABLE "charter"."vaults" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"settings" jsonb NOT NULL,
	"entry_digest" text NOT NULL,
	"simulated" boolean NOT NULL,
	"configured" boolean DEFAULT true NOT NULL,
	"approved" jsonb NOT NULL,
	"position" integer NOT NULL,
	"checks" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"checked_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "vaults_tenant_name_pk" PRIMARY KEY("tenant","name")
);
--> statement-breakpoint
CREATE TABLE "charter"."workers" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"started_at" timestamp with time zone NOT NULL,
	"heartbeat_at" timestamp with time zone NOT NULL,
	"config_digest" text NOT NULL,
	"public" jsonb NOT NULL,
	CONSTRAINT "workers_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."people" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"subject" text,
	"canonical" uuid NOT NULL,
	"person_claim" text,
	"name" text NOT NULL,
	"email" text NOT NULL,
	"active" boolean DEFAULT true NOT NULL,
	"last_token_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "people_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "people_subject" UNIQUE("tenant","issuer","subject")
);
--> statement-breakpoint
CREATE TABLE "charter"."person_roles" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"person" uuid NOT NULL,
	"role" text NOT NULL,
	"verified_at" timestamp with time zone NOT NULL,
	"held" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "person_roles_tenant_person_role_pk" PRIMARY KEY("tenant","person","role")
);
--> statement-breakpoint
CREATE TABLE "charter"."repositories" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"owner_id" text NOT NULL,
	"repository_id" text NOT NULL,
	"service" uuid,
	"environments" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"subject_format" text NOT NULL,
	"archived" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "repositories_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "repositories_name" UNIQUE("tenant","name")
);
--> statement-breakpoint
CREATE TABLE "charter"."services" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"team" uuid NOT NULL,
	"owner" uuid NOT NULL,
	"classification" text NOT NULL,
	"targets" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"source" text NOT NULL,
	"decommissioned" boolean DEFAULT false NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "services_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "services_slug" UNIQUE("tenant","slug")
);
--> statement-breakpoint
CREATE TABLE "charter"."sign_in_results" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"sign_in" uuid NOT NULL,
	"person" uuid,
	"refusal" text,
	"token_hash" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "sign_in_results_tenant_sign_in_pk" PRIMARY KEY("tenant","sign_in")
);
--> statement-breakpoint
CREATE TABLE "charter"."team_members" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"team" uuid NOT NULL,
	"person" uuid NOT NULL,
	"member" boolean DEFAULT true NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "team_members_tenant_team_person_pk" PRIMARY KEY("tenant","team","person")
);
--> statement-breakpoint
CREATE TABLE "charter"."teams" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"slug" text NOT NULL,
	"name" text NOT NULL,
	"defaults" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "teams_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "teams_slug" UNIQUE("tenant","slug")
);
--> statement-breakpoint
CREATE TABLE "charter"."credentials" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"identity" uuid NOT NULL,
	"intent" uuid NOT NULL,
	"external_id" text NOT NULL,
	"vault" text NOT NULL,
	"mount" text NOT NULL,
	"path" text NOT NULL,
	"vault_version" integer NOT NULL,
	"state" text NOT NULL,
	"issued_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "credentials_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "credentials_key" UNIQUE("tenant","identity","external_id")
);
--> statement-breakpoint
CREATE TABLE "charter"."identities" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"name" text NOT NULL,
	"blueprint" text NOT NULL,
	"connector" text NOT NULL,
	"target" text NOT NULL,
	"environment" text NOT NULL,
	"state" text NOT NULL,
	"purpose" text NOT NULL,
	"service" uuid NOT NULL,
	"team" uuid NOT NULL,
	"owner" uuid NOT NULL,
	"owner_accepted_at" timestamp with time zone NOT NULL,
	"backup_person" uuid,
	"backup_team" uuid,
	"ends_it" uuid NOT NULL,
	"classification" text NOT NULL,
	"credential" text NOT NULL,
	"charter" jsonb NOT NULL,
	"charter_request" uuid NOT NULL,
	"charter_version" integer NOT NULL,
	"object_name" text NOT NULL,
	"external_id" text,
	"reach" jsonb NOT NULL,
	"risk" integer NOT NULL,
	"risk_parts" jsonb NOT NULL,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"ends_at" timestamp with time zone NOT NULL,
	"born_at" timestamp with time zone DEFAULT now() NOT NULL,
	"live_at" timestamp with time zone,
	"retired_at" timestamp with time zone,
	"remove_at" timestamp with time zone,
	"first_use_at" timestamp with time zone,
	"observed_at" timestamp with time zone,
	"differences" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "identities_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "identities_object" UNIQUE("tenant","target","object_name"),
	CONSTRAINT "identities_facts_hold_no_secret" CHECK (not jsonb_path_exists(facts, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "secret|password|token" flag "i")'))
);
--> statement-breakpoint
CREATE TABLE "charter"."objects" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"identity" uuid NOT NULL,
	"intent" uuid NOT NULL,
	"kind" text NOT NULL,
	"name" text NOT NULL,
	"external_id" text NOT NULL,
	"state" text NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "objects_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "objects_key" UNIQUE("tenant","identity","kind","name")
);
--> statement-breakpoint
CREATE TABLE "charter"."decisions" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"request" uuid NOT NULL,
	"request_version" integer NOT NULL,
	"at" text NOT NULL,
	"bundle" text NOT NULL,
	"input" jsonb NOT NULL,
	"decision" jsonb NOT NULL,
	"decided_at" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "decisions_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."gates" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"target" text NOT NULL,
	"open" boolean DEFAULT true NOT NULL,
	"max_running" integer NOT NULL,
	"rate" double precision NOT NULL,
	"burst" double precision NOT NULL,
	"tokens" double precision NOT NULL,
	"refilled_at" timestamp with time zone DEFAULT now() NOT NULL,
	"reserve" double precision NOT NULL,
	CONSTRAINT "gates_tenant_target_pk" PRIMARY KEY("tenant","target")
);
--> statement-breakpoint
CREATE TABLE "charter"."inbox" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"seq" bigserial NOT NULL,
	"claim" text NOT NULL,
	"subject" text NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox_tenant_seq_pk" PRIMARY KEY("tenant","seq")
);
--> statement-breakpoint
CREATE TABLE "charter"."intents" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"request" uuid NOT NULL,
	"request_version" integer NOT NULL,
	"kind" text NOT NULL,
	"identity" uuid NOT NULL,
	"target" text NOT NULL,
	"plan" jsonb NOT NULL,
	"plan_digest" text NOT NULL,
	"mark" jsonb NOT NULL,
	"marked_at" timestamp with time zone NOT NULL,
	"state" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"finished_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "intents_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "intents_once" UNIQUE("tenant","request","request_version")
);
--> statement-breakpoint
CREATE TABLE "charter"."outcomes" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"claim" text NOT NULL,
	"subject" text NOT NULL,
	"result" text NOT NULL,
	"refusals" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "outcomes_tenant_claim_subject_pk" PRIMARY KEY("tenant","claim","subject")
);
--> statement-breakpoint
CREATE TABLE "charter"."request_states" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"request" uuid NOT NULL,
	"request_version" integer NOT NULL,
	"state" text NOT NULL,
	"plan" jsonb,
	"plan_digest" text,
	"reach" jsonb,
	"risk" integer DEFAULT 0 NOT NULL,
	"risk_parts" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"stages" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"accepter" uuid,
	"deadline" timestamp with time zone,
	"detail" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"since" timestamp with time zone DEFAULT now() NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "request_states_tenant_request_pk" PRIMARY KEY("tenant","request")
);
--> statement-breakpoint
CREATE TABLE "charter"."steps" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"intent" uuid NOT NULL,
	"ordinal" integer NOT NULL,
	"name" text NOT NULL,
	"kind" text NOT NULL,
	"title" text NOT NULL,
	"target" text NOT NULL,
	"lane" smallint NOT NULL,
	"state" text NOT NULL,
	"undoing" boolean DEFAULT false NOT NULL,
	"stuck_at" timestamp with time zone,
	"due_at" timestamp with time zone DEFAULT now() NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"fence" integer DEFAULT 0 NOT NULL,
	"worker" uuid,
	"lease_until" timestamp with time zone,
	"facts" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"fault" jsonb,
	"evidence" text DEFAULT '' NOT NULL,
	"started_at" timestamp with time zone,
	"finished_at" timestamp with time zone,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "steps_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "steps_ordinal" UNIQUE("tenant","intent","ordinal"),
	CONSTRAINT "steps_facts_hold_no_secret" CHECK (not jsonb_path_exists(facts, '$.** ? (@.type() == "object").keyvalue() ? (@.key like_regex "secret|password|token" flag "i")'))
);
--> statement-breakpoint
CREATE INDEX "audit_entries_at" ON "charter"."audit_entries" USING btree ("tenant","at");--> statement-breakpoint
CREATE UNIQUE INDEX "audit_entries_leaf" ON "charter"."audit_entries" USING btree ("tenant","leaf");--> statement-breakpoint
CREATE INDEX "audit_entries_unsealed" ON "charter"."audit_entries" USING btree ("tenant","noun","aggregate","seq") WHERE leaf is null;--> statement-breakpoint
CREATE INDEX "identities_name" ON "charter"."identities" USING btree ("tenant","name","id");--> statement-breakpoint
CREATE INDEX "identities_ends" ON "charter"."identities" USING btree ("tenant","ends_at","id");--> statement-breakpoint
CREATE INDEX "identities_born" ON "charter"."identities" USING btree ("tenant","born_at","id");--> statement-breakpoint
CREATE INDEX "identities_risk" ON "charter"."identities" USING btree ("tenant","risk","id");--> statement-breakpoint
CREATE INDEX "identities_target" ON "charter"."identities" USING btree ("tenant","target","name","id");--> statement-breakpoint
CREATE INDEX "identities_team" ON "charter"."identities" USING btree ("tenant","team","name","id");--> statement-breakpoint
CREATE INDEX "identities_owner" ON "charter"."identities" USING btree ("tenant","owner","name","id");--> statement-breakpoint
CREATE INDEX "identities_service" ON "charter"."identities" USING btree ("tenant","service","environment");--> statement-breakpoint
CREATE INDEX "decisions_request" ON "charter"."decisions" USING btree ("tenant","request","request_version");--> statement-breakpoint
CREATE INDEX "intents_identity" ON "charter"."intents" USING btree ("tenant","identity");--> statement-breakpoint
CREATE INDEX "request_states_open" ON "charter"."request_states" USING btree ("tenant","state","deadline");--> statement-breakpoint
CREATE INDEX "steps_queue" ON "charter"."steps" USING btree ("tenant","target","state","lane","due_at");