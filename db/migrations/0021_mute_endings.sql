ALTER TABLE "charter"."findings" ADD COLUMN "mute_ended_at" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "charter"."findings" ADD COLUMN "mute_ending" text;--> statement-breakpoint
-- Mutes in force, which each sweep holds against what it finds.
create index findings_muted on charter.findings (tenant, kind) where muted_until is not null;
