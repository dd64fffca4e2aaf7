CREATE TABLE "charter"."attestations" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"identity" uuid NOT NULL,
	"round" integer NOT NULL,
	"person" uuid NOT NULL,
	"standing" text NOT NULL,
	"answer" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"evidence" text NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"answered_at" timestamp with time zone NOT NULL,
	"next_due_at" timestamp with time zone NOT NULL,
	"request" uuid,
	"statement" jsonb NOT NULL,
	"key" text NOT NULL,
	"signature" text NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "attestations_tenant_id_pk" PRIMARY KEY("tenant","id")
);
--> statement-breakpoint
CREATE TABLE "charter"."questions" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"identity" uuid NOT NULL,
	"round" integer DEFAULT 1 NOT NULL,
	"every_days" integer NOT NULL,
	"opens_at" timestamp with time zone NOT NULL,
	"reminds_at" timestamp with time zone NOT NULL,
	"backup_at" timestamp with time zone NOT NULL,
	"due_at" timestamp with time zone NOT NULL,
	"stage" text NOT NULL,
	"stage_at" timestamp with time zone NOT NULL,
	"moves_at" timestamp with time zone,
	"last_attestation" uuid,
	"request" uuid,
	"version" integer DEFAULT 1 NOT NULL,
	CONSTRAINT "questions_tenant_identity_pk" PRIMARY KEY("tenant","identity")
);
--> statement-breakpoint
CREATE TABLE "charter"."answers" (
	"tenant" text DEFAULT 'main' NOT NULL,
	"id" uuid NOT NULL,
	"identity" uuid NOT NULL,
	"round" integer NOT NULL,
	"person" uuid NOT NULL,
	"answer" text NOT NULL,
	"reason" text DEFAULT '' NOT NULL,
	"evidence" text NOT NULL,
	"shown" jsonb NOT NULL,
	"request" uuid,
	"batch" uuid,
	"received_at" timestamp with time zone NOT NULL,
	"channel" text NOT NULL,
	CONSTRAINT "answers_tenant_id_pk" PRIMARY KEY("tenant","id"),
	CONSTRAINT "answers_are_small" CHECK (octet_length(shown::text) <= 65536 and octet_length(reason) <= 8000)
);
--> statement-breakpoint
CREATE INDEX "attestations_identity" ON "charter"."attestations" USING btree ("tenant","identity","round");--> statement-breakpoint
CREATE INDEX "attestations_answered" ON "charter"."attestations" USING btree ("tenant","answered_at","id");--> statement-breakpoint
CREATE INDEX "questions_moves" ON "charter"."questions" USING btree ("tenant","moves_at");--> statement-breakpoint
CREATE INDEX "questions_stage" ON "charter"."questions" USING btree ("tenant","stage","due_at");--> statement-breakpoint
CREATE INDEX "answers_batch" ON "charter"."answers" USING btree ("tenant","batch");--> statement-breakpoint
grant select on charter.answers, charter.questions, charter.attestations to charter_web, charter_worker, charter_auditor;
grant insert (tenant, id, identity, round, person, answer, reason, evidence, shown, request, batch) on charter.answers to charter_web;
grant insert, update on charter.questions to charter_worker;
grant insert on charter.attestations to charter_worker;
-- Answers are claims like any other; what was on the card is small enough to be kept in the entry.
create trigger stamp before insert on charter.answers for each row execute function charter.stamp_claim();
create trigger audit after insert on charter.answers for each row
  execute function charter.audit_claim('answer', 'given', 'person', 'inbox', 'id');
create constraint trigger must_be_audited after insert or update or delete on charter.questions
  deferrable initially deferred for each row execute function charter.must_be_audited('question', 'identity');
create constraint trigger must_be_audited after insert or update or delete on charter.attestations
  deferrable initially deferred for each row execute function charter.must_be_audited('attestation', 'id');
create index questions_request on charter.questions (tenant, request) where request is not null;
-- What a channel may put in the audit log. The web's words are claims: never identity.*, never *.verified.
create or replace function charter.audit_allows(channel text, noun text, action text) returns boolean language sql immutable
return starts_with(action, noun || '.') and case channel
  when 'charter_web' then action in (
    'sign-in.handed-over', 'session.opened', 'session.ended', 'request.asked', 'request-version.sealed', 'verdict.given',
    'acceptance.given', 'comment.made', 'ask.made', 'answer.given', 'attempt.denied')
  when 'charter_auditor' then false
  else true
end;
