-- An identity is 2 kB, far from its neighbours: what a list filters, sorts and counts by lies in its index, so that only the rows of
-- the page itself are read. Names of length-bound fields and instants alone: an index entry must stay small.
drop index charter.identities_team;
create index identities_team on charter.identities (tenant, team, name, id)
  include (state, environment, target, blueprint, credential, owner, service, ends_at, born_at, risk, use_answer, first_use_at, stale_since);
drop index charter.identities_backup_team;
create index identities_backup_team on charter.identities (tenant, backup_team, name, id)
  include (state, environment, target, blueprint, credential, owner, team, service, ends_at, born_at, risk, use_answer, first_use_at, stale_since)
  where backup_team is not null;
drop index charter.identities_target;
create index identities_target on charter.identities (tenant, target, name, id)
  include (state, environment, blueprint, credential, owner, team, service, ends_at, born_at, risk);
--> statement-breakpoint
-- Nobody's, by name: every identity of an owner with its name; and how many they are.
drop index charter.identities_owner;
drop index charter.identities_owner_state;
create index identities_owner on charter.identities (tenant, owner, name, id) include (state, ends_at);
--> statement-breakpoint
-- Rare states and rare conditions with what else is asked of them; of the common state no index is of use.
drop index charter.identities_state;
create index identities_state on charter.identities (tenant, state, name, id)
  include (environment, target, blueprint, credential, owner, team, service, ends_at, born_at, risk) where state <> 'live';
drop index charter.identities_static;
create index identities_static on charter.identities (tenant, name, id)
  include (state, environment, target, blueprint, owner, team, service, ends_at, born_at, risk)
  where credential = 'static' and state not in ('retired', 'failed');
drop index charter.identities_differ;
create index identities_differ on charter.identities (tenant, name, id)
  include (state, environment, target, blueprint, credential, owner, team, service, ends_at, born_at, risk)
  where differences <> '[]'::jsonb and state not in ('retired', 'failed');
drop index charter.identities_name;
create index identities_name on charter.identities (tenant, name, id) include (state, environment);
--> statement-breakpoint
-- What other tables name one by one, with its sight and the order of most lists.
create index identities_sight on charter.identities (tenant, id)
  include (name, state, team, owner, backup_person, backup_team, ends_it);
drop index charter.findings_open;
create index findings_open on charter.findings (tenant, kind, severity desc, id desc)
  include (muted_until, team, environment, identity) where closed_at is null;
drop index charter.questions_stage;
create index questions_stage on charter.questions (tenant, stage, due_at) include (identity);
--> statement-breakpoint
-- Groups: few values, so that their entries are kept together and all of them are little.
create index identities_by_team on charter.identities (tenant, team, environment, state);
drop index charter.identities_service;
create index identities_service on charter.identities (tenant, service, environment, state);
--> statement-breakpoint
-- Who is gone.
create index people_gone on charter.people (tenant, canonical) where not active;
