ALTER TABLE "charter"."notices" ADD COLUMN "about" jsonb;--> statement-breakpoint
grant delete on charter.notices to charter_worker;
