-- What a person without a role may see is an OR over who they are to an identity (db/read/identity-sight.ts); with an index for each part
-- the planner joins them or walks the sort's index, whichever reads less. Team and owner have theirs already.
create index identities_backup_person on charter.identities (tenant, backup_person) where backup_person is not null;
create index identities_backup_team on charter.identities (tenant, backup_team) where backup_team is not null;
create index identities_ends_it on charter.identities (tenant, ends_it);
create index requests_requester on charter.requests (tenant, requester);
--> statement-breakpoint
-- The same of requests, by their sealed charters (db/read/request-sight.ts).
create index request_versions_team on charter.request_versions (tenant, (charter ->> 'team'));
create index request_versions_owner on charter.request_versions (tenant, (charter ->> 'owner'));
create index request_versions_ends_it on charter.request_versions (tenant, (charter ->> 'endsIt'));
create index request_versions_backup_person on charter.request_versions (tenant, (charter -> 'backup' ->> 'person'))
  where charter -> 'backup' ->> 'person' is not null;
create index request_versions_backup_team on charter.request_versions (tenant, (charter -> 'backup' ->> 'team'))
  where charter -> 'backup' ->> 'team' is not null;
--> statement-breakpoint
-- The requests page, latest movement first.
create index request_states_since on charter.request_states (tenant, since desc, request desc);
create index requests_received on charter.requests (tenant, received_at desc, id desc);
create index request_versions_name_trigrams on charter.request_versions using gin ((charter ->> 'name') charter_trigrams.gin_trgm_ops);
