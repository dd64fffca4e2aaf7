ALTER TABLE "charter"."findings" ADD COLUMN "environment" text;--> statement-breakpoint
CREATE INDEX "comments_request" ON "charter"."comments" USING btree ("tenant","request","received_at");
--> statement-breakpoint
-- Counted by where they live as well, from the index alone.
drop index charter.findings_open;
create index findings_open on charter.findings (tenant, kind, severity desc, id desc) include (muted_until, team, environment) where closed_at is null;
--> statement-breakpoint
-- A team's identities with their questions, from indexes alone; the shorter one did no more than this.
drop index charter.identities_enabled_team;
create index identities_enabled_team on charter.identities (tenant, team, id) where state in ('live', 'suspended');
