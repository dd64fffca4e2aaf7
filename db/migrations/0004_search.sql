-- Search at a million identities: a union of candidates per field (db/read/inventory-search.ts), each by its own index.
-- Its functions lie in a schema that no role of ours may use: an index needs no grant on them.
create schema charter_trigrams;
create extension if not exists pg_trgm with schema charter_trigrams;
--> statement-breakpoint
create index identities_name_trigrams on charter.identities using gin (name charter_trigrams.gin_trgm_ops);
create index identities_object_prefix on charter.identities (tenant, object_name text_pattern_ops);
create index identities_external_prefix on charter.identities (tenant, external_id text_pattern_ops);
create index identities_purpose_words on charter.identities using gin (to_tsvector('simple', purpose));
create index people_name_trigrams on charter.people using gin (name charter_trigrams.gin_trgm_ops);
--> statement-breakpoint
-- Headline tiles, each small however many identities there are.
create index identities_static on charter.identities (tenant, name, id)
  where credential = 'static' and state not in ('retired', 'failed');
create index identities_differ on charter.identities (tenant, name, id)
  where differences <> '[]'::jsonb and state not in ('retired', 'failed');
create index identities_ended on charter.identities (tenant, name, id) where state in ('retired', 'failed');
