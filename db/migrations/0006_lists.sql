-- Whether an owner is active is asked of every row of a list by the person they count as (db/read/inventory.ts).
create index people_canonical on charter.people (tenant, canonical);
-- A rare state is found by itself: walking the names until enough have it reads nearly all of them.
create index identities_state on charter.identities (tenant, state, name, id);
-- The tiles that count what ends soon and what nobody owns, from the index alone.
create index identities_live_ends on charter.identities (tenant, ends_at) where state = 'live';
create index identities_owner_state on charter.identities (tenant, owner, state);
