import type { Transaction } from "./client.ts";
import type { Held } from "./grants.ts";

/** Every privilege in the current database that names one of these roles, column privileges included. */
export async function heldBy(sql: Transaction, roles: readonly string[]): Promise<readonly Held[]> {
  return sql<Held[]>`
    with who as (select oid from pg_roles where rolname in ${sql([...roles])}),
    acl (kind, schema, name, list) as (
      select 'database', '', datname::text, datacl from pg_database where datname = current_database()
      union all select 'schema', '', nspname, nspacl from pg_namespace
      union all select case relkind when 'S' then 'sequence' else 'table' end, nspname, relname, relacl
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
      union all select 'column', nspname, relname || '.' || attname, attacl
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        where attacl is not null
      union all select 'function', nspname, proname, proacl from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    )
    select kind as "on", schema, name, privilege_type as privilege, is_grantable as grantable
    from acl, aclexplode(list) where grantee in (select oid from who)
    union all
    select 'other', '', coalesce(identity, 'an object'), 'a privilege', false
    from pg_shdepend d cross join lateral pg_identify_object(d.classid, d.objid, 0)
    where refclassid = 'pg_authid'::regclass and refobjid in (select oid from who) and deptype = 'a'
      and dbid in (0, (select oid from pg_database where datname = current_database()))
      and classid not in ('pg_database'::regclass, 'pg_namespace'::regclass, 'pg_class'::regclass, 'pg_proc'::regclass)
    order by 1, 2, 3, 4`;
}

/** Functions of the current database that everybody may call, of those that are named; `*` names every one of a schema. */
export async function callableByAll(
  sql: Transaction,
  functions: readonly { readonly schema: string; readonly name: string }[],
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const { schema, name } of functions) {
    const rows = await sql<{ name: string }[]>`
      select distinct proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      where nspname = ${schema} and (${name} = '*' or proname = ${name})
        and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
      order by 1`;
    found.push(...rows.map((row) => `${schema}.${row.name}`));
  }
  return [...new Set(found)];
}

/** Databases in which something is granted to, or owned by, one of these roles. */
export async function databasesNaming(sql: Transaction, roles: readonly string[]): Promise<readonly string[]> {
  const rows = await sql<{ name: string }[]>`
    select distinct datname as name from pg_shdepend s join pg_database d on d.oid = s.dbid
    where refclassid = 'pg_authid'::regclass
      and refobjid in (select oid from pg_roles where rolname in ${sql([...roles])})
    order by 1`;
  return rows.map(({ name }) => name);
}

/** How many objects of the current database, or shared ones, these roles own: dropping them would destroy data. */
export async function ownedBy(sql: Transaction, roles: readonly string[]): Promise<number> {
  const [row] = await sql<{ owned: number }[]>`
    select count(*)::int as owned from pg_shdepend
    where refclassid = 'pg_authid'::regclass and deptype = 'o'
      and dbid in (0, (select oid from pg_database where datname = current_database()))
      and refobjid in (select oid from pg_roles where rolname in ${sql([...roles])})`;
  return row?.owned ?? 0;
}

/** Memberships around a role and its logins that no plan has, and settings of the logins beyond acting as the role. */
export async function strayLinks(
  sql: Transaction,
  role: string,
  logins: readonly string[],
): Promise<readonly string[]> {
  const names = [role, ...logins];
  const members = await sql<{ member: string; of: string }[]>`
    select m.rolname as member, r.rolname as of
    from pg_auth_members a join pg_roles m on m.oid = a.member join pg_roles r on r.oid = a.roleid
    where (r.rolname in ${sql(names)} and m.rolname <> current_user and not m.rolsuper) or m.rolname in ${sql(names)}
    order by 1, 2`;
  const settings = await sql<{ role: string; setting: string }[]>`
    select r.rolname as role, unnest(setconfig) as setting
    from pg_db_role_setting s join pg_roles r on r.oid = s.setrole where r.rolname in ${sql(names)}`;
  const acts = `role=${role}`;
  const belongs = (one: { member: string; of: string }) => logins.includes(one.member) && one.of === role;
  const isUsual = (one: { role: string; setting: string }) => logins.includes(one.role) && one.setting === acts;
  const without = (having: readonly string[]) => logins.filter((login) => !having.includes(login));
  return [
    ...without(members.filter(belongs).map(({ member }) => member)).map(
      (login) => `${login} is no longer a member of ${role}`,
    ),
    ...members
      .filter((one) => !belongs(one))
      .map(({ member, of }) => `${member} is a member of ${of}, which is not in the plan`),
    ...without(settings.filter(isUsual).map((one) => one.role)).map((login) => `${login} no longer acts as ${role}`),
    ...settings
      .filter((one) => !isUsual(one))
      .map((one) => `${one.role} has a setting that is not in the plan: ${one.setting.split("=")[0]}`),
  ];
}
