DROP INDEX "charter"."steps_queue";--> statement-breakpoint
CREATE INDEX "steps_ready" ON "charter"."steps" USING btree ("tenant","target","lane","due_at") WHERE state in ('ready', 'ambiguous');--> statement-breakpoint
CREATE INDEX "steps_held" ON "charter"."steps" USING btree ("tenant","target","lease_until") WHERE state in ('claimed', 'sent');--> statement-breakpoint
CREATE INDEX "steps_stuck" ON "charter"."steps" USING btree ("tenant","stuck_at") WHERE stuck_at is not null;
