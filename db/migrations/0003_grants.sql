-- The web inserts claims, the worker writes facts, the auditor reads, the owner cannot log in.
-- db/roles.ts makes the roles; test/security/web-grants.txt says what the web ends up with.
grant usage on schema charter to charter_web, charter_worker, charter_auditor;
grant select on all tables in schema charter to charter_web, charter_worker, charter_auditor;
revoke select on charter.sign_ins, charter.inbox from charter_web;
grant execute on function charter.clock() to charter_web, charter_worker, charter_auditor;
grant execute on function charter.append_denied(text, text, jsonb) to charter_web, charter_worker;

grant insert (tenant, id, id_token) on charter.sign_ins to charter_web;
grant insert (tenant, id, kind, identity, requester, drafted_at) on charter.requests to charter_web, charter_worker;
grant insert (tenant, request, version, charter, origins, change, digest, plan_digest, person) on charter.request_versions
  to charter_web, charter_worker;
grant insert (tenant, id, request, version, plan_digest, stage, person, verdict, reason) on charter.verdicts to charter_web;
grant insert (tenant, id, request, version, plan_digest, person) on charter.acceptances to charter_web;
grant insert (tenant, id, request, version, person, text, proposal) on charter.comments to charter_web;
grant insert (tenant, id, kind, subject, person) on charter.asks to charter_web;
grant insert, update, delete on charter.drafts to charter_web;
grant insert, update (last_seen_at, ended_at) on charter.sessions to charter_web;

grant insert, update on
  charter.people, charter.person_roles, charter.teams, charter.team_members, charter.services, charter.repositories,
  charter.sign_in_results, charter.targets, charter.vaults, charter.bundles, charter.blueprints, charter.decisions,
  charter.request_states, charter.intents, charter.steps, charter.identities, charter.objects, charter.credentials
  to charter_worker;
grant insert, update, delete on charter.outcomes, charter.gates, charter.workers, charter.findings to charter_worker;
grant update, delete on charter.inbox to charter_worker;
grant update (id_token) on charter.sign_ins to charter_worker;
grant execute on function charter.audit_append(jsonb), charter.seal_next(integer), charter.seal_sign(jsonb, text[]) to charter_worker;

-- Cron and sweeps (pg-boss) make their own tables here, in the worker's role only.
create schema pgboss;
grant usage, create on schema pgboss to charter_worker;
