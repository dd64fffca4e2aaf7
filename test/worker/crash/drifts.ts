import type { Account } from "#lib/connectors/aws-iam/simulator/state.ts";
import type { StorageSlot } from "#lib/domain/plan.ts";
import type { VaultWorld } from "#lib/vaults/vault/simulator.ts";
import { asked } from "#test/connectors/postgresql.world.ts";

/** What somebody else's hand is laid on. */
export interface Hit {
  readonly name: string;
  readonly storage: StorageSlot | null;
}

/** A change of what was made, by somebody else, between two steps. */
export interface Drift {
  readonly name: string;
  /** Whether there is something yet to which it can be done. */
  may(hit: Hit): Promise<boolean>;
  /** Does it; the answer puts it back, null where nobody can. */
  befall(hit: Hit): Promise<(() => Promise<void>) | null>;
  /** Whether it still shows. */
  stands(hit: Hit): Promise<boolean>;
  /** The kind of request that does the same: where such a one has ended well, that it shows is as it should be. */
  readonly likewise?: string;
}

const adminStatement = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});

/** What can be done to a role or user at AWS, by who may do everything there. */
export function awsDrifts(account: () => Account, held: "roles" | "users"): readonly Drift[] {
  const holderOf = ({ name }: Hit) => account()[held][name];
  const policy = "charter-permissions";
  const is = (name: string, of: Omit<Drift, "name" | "may"> & { may?(hit: Hit): boolean }): Drift => ({
    ...{ name, befall: of.befall, stands: of.stands },
    may: async (hit) => holderOf(hit) !== undefined && (of.may?.(hit) ?? true),
  });
  const taken = (name: string, tag: string): Drift =>
    is(name, {
      befall: async (hit) => {
        const value = holderOf(hit)?.tags[tag] ?? "";
        delete holderOf(hit)?.tags[tag];
        return async () => void Object.assign(holderOf(hit)?.tags ?? {}, { [tag]: value });
      },
      stands: async (hit) => holderOf(hit) !== undefined && holderOf(hit)?.tags[tag] === undefined,
    });
  const common: readonly Drift[] = [
    taken("its mark is removed", "charter:mark"),
    is("its ceiling is removed", {
      befall: async (hit) => {
        const before = holderOf(hit)?.boundary ?? null;
        Object.assign(holderOf(hit) ?? {}, { boundary: null });
        return async () => void Object.assign(holderOf(hit) ?? {}, { boundary: before });
      },
      stands: async (hit) => holderOf(hit)?.boundary === null,
    }),
    is("its permissions are replaced", {
      may: (hit) => holderOf(hit)?.inline[policy] !== undefined,
      befall: async (hit) => {
        const before = holderOf(hit)?.inline[policy] ?? "";
        Object.assign(holderOf(hit)?.inline ?? {}, { [policy]: adminStatement });
        return async () => void Object.assign(holderOf(hit)?.inline ?? {}, { [policy]: before });
      },
      stands: async (hit) => holderOf(hit)?.inline[policy] === adminStatement,
    }),
    is("permissions are added", {
      befall: async (hit) => {
        Object.assign(holderOf(hit)?.inline ?? {}, { sneaked: adminStatement });
        return async () => void delete holderOf(hit)?.inline.sneaked;
      },
      stands: async (hit) => holderOf(hit)?.inline.sneaked !== undefined,
    }),
    is("it is deleted", {
      befall: async (hit) => {
        deleteHolder(account(), held, hit.name);
        return null;
      },
      stands: async () => false,
    }),
    is("it is deleted and made anew with our mark", {
      befall: async (hit) => {
        const before = structuredClone(holderOf(hit));
        deleteHolder(account(), held, hit.name);
        Object.assign(account()[held], { [hit.name]: { ...before, id: `${before?.id}X`, inline: {} } });
        return async () => deleteHolder(account(), held, hit.name);
      },
      stands: async (hit) => holderOf(hit)?.id.endsWith("X") === true,
    }),
  ];
  return held === "roles" ? [...common, trustReplaced(account)] : [...common, ...keyDrifts(account)];
}

function deleteHolder(account: Account, held: "roles" | "users", name: string): void {
  delete account[held][name];
  for (const [id, { user }] of Object.entries(account.keys)) if (user === name) delete account.keys[id];
}

const trustReplaced = (account: () => Account): Drift => ({
  name: "its trust is replaced",
  may: async ({ name }) => account().roles[name] !== undefined,
  befall: async ({ name }) => {
    const before = account().roles[name]?.trust ?? "";
    const stranger = {
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::999999999999:root" },
      Action: "sts:AssumeRole",
    };
    Object.assign(account().roles[name] ?? {}, {
      trust: JSON.stringify({ Version: "2012-10-17", Statement: [stranger] }),
    });
    return async () => void Object.assign(account().roles[name] ?? {}, { trust: before });
  },
  stands: async ({ name }) => account().roles[name]?.trust.includes("999999999999") === true,
});

/** Its access keys: one is deleted, or made inactive. One that is added is the flow of a strange key. */
function keyDrifts(account: () => Account): readonly Drift[] {
  const newest = ({ name }: Hit) =>
    Object.entries(account().keys)
      .filter(([, { user }]) => user === name)
      .at(-1);
  let hit: string | undefined;
  return [
    {
      name: "its access key is deleted",
      may: async (of) => newest(of) !== undefined,
      befall: async (of) => {
        hit = newest(of)?.[0];
        delete account().keys[hit ?? ""];
        return null;
      },
      stands: async () => false,
    },
    {
      name: "its access key is made inactive",
      likewise: "suspend",
      may: async (of) => newest(of)?.[1].active === true,
      befall: async (of) => {
        hit = newest(of)?.[0];
        const set = (active: boolean) => void Object.assign(account().keys[hit ?? ""] ?? {}, { active });
        set(false);
        return async () => set(true);
      },
      stands: async () => account().keys[hit ?? ""]?.active === false,
    },
  ];
}

/** What can be done to a secret by who may write or remove at its path. */
export function vaultDrifts(vault: () => VaultWorld): readonly Drift[] {
  const mountOf = ({ storage }: Hit) => (storage === null ? undefined : vault().mounts[storage.mount]);
  const slotOf = (hit: Hit) => mountOf(hit)?.[hit.storage?.path ?? ""];
  const mayWritten = async (hit: Hit) => (slotOf(hit)?.current ?? 0) > 0;
  return [
    {
      name: "its secret is overwritten",
      may: mayWritten,
      befall: async (hit) => {
        const slot = slotOf(hit);
        if (slot === undefined) throw new Error("There is nothing in the vault.");
        slot.current += 1;
        const createdAt = new Date().toISOString();
        slot.versions[String(slot.current)] = {
          createdAt,
          deletedAt: "",
          destroyed: false,
          data: { by: "a stranger" },
        };
        return null;
      },
      stands: async (hit) => slotOf(hit)?.versions[String(slotOf(hit)?.current)]?.data?.by === "a stranger",
    },
    {
      name: "its secret is removed",
      may: mayWritten,
      befall: async (hit) => {
        delete mountOf(hit)?.[hit.storage?.path ?? ""];
        return null;
      },
      // A retirement ends so: whether it is missed is for the oracle to say.
      stands: async () => false,
    },
  ];
}

type Url = (database?: string) => string;

/** What can be done to a role and its login by a superuser of the cluster. */
export function postgresqlDrifts(direct: Url): readonly Drift[] {
  const one = async (text: string, database?: string) =>
    (await asked<Record<string, unknown>>(direct(database), text))[0];
  const isThere = async (role: string) =>
    (await one(`SELECT 1 AS there FROM pg_roles WHERE rolname = '${role}'`)) !== undefined;
  const login = (name: string): string => `${name}_1`;
  const unmarked = (name: string, of: (name: string) => string): Drift => ({
    name,
    may: (hit) => isThere(of(hit.name)),
    befall: async (hit) => {
      const role = of(hit.name);
      const said = await one(`SELECT shobj_description('"${role}"'::regrole, 'pg_authid') AS said`);
      await asked(direct(), `COMMENT ON ROLE "${role}" IS NULL`);
      const text = String(said?.said).replaceAll("'", "''");
      return async () => void (await asked(direct(), `COMMENT ON ROLE "${role}" IS '${text}'`));
    },
    stands: async (hit) =>
      (await one(
        `SELECT 1 AS bare FROM pg_roles WHERE rolname = '${of(hit.name)}' AND shobj_description(oid, 'pg_authid') IS NULL`,
      )) !== undefined,
  });
  const holds = (role: string, privilege: string) =>
    one(
      `SELECT 1 AS held FROM information_schema.role_table_grants WHERE grantee = '${role}' AND privilege_type || ' ' || table_name = '${privilege}'`,
      "orders",
    );
  const asOwner = (text: string) => asked(direct("orders"), `SET ROLE orders_owner; ${text}`);
  return [
    unmarked("its mark is removed", (name) => name),
    unmarked("the mark of its login is removed", login),
    {
      name: "a privilege is taken from it",
      may: async ({ name }) => (await holds(name, "SELECT orders")) !== undefined,
      befall: async ({ name }) => {
        await asOwner(`REVOKE SELECT ON shop.orders FROM "${name}"`);
        return async () => void (await asOwner(`GRANT SELECT ON shop.orders TO "${name}"`));
      },
      stands: async ({ name }) => (await isThere(name)) && (await holds(name, "SELECT orders")) === undefined,
    },
    {
      name: "a privilege is given to it",
      may: ({ name }) => isThere(name),
      befall: async ({ name }) => {
        await asOwner(`GRANT DELETE ON shop.refunds TO "${name}"`);
        return async () => void (await asOwner(`REVOKE DELETE ON shop.refunds FROM "${name}"`));
      },
      stands: async ({ name }) => (await holds(name, "DELETE refunds")) !== undefined,
    },
    {
      name: "it is made mighty",
      may: ({ name }) => isThere(login(name)),
      befall: async ({ name }) => {
        await asked(direct(), `ALTER ROLE "${login(name)}" CREATEROLE`);
        return async () => void (await asked(direct(), `ALTER ROLE "${login(name)}" NOCREATEROLE`));
      },
      stands: async ({ name }) =>
        (await one(`SELECT 1 AS mighty FROM pg_roles WHERE rolname = '${login(name)}' AND rolcreaterole`)) !==
        undefined,
    },
    {
      name: "its login is dropped",
      may: ({ name }) => isThere(login(name)),
      befall: async ({ name }) => {
        await asked(direct(), `DROP OWNED BY "${login(name)}"; DROP ROLE "${login(name)}"`);
        return null;
      },
      stands: async () => false,
    },
  ];
}
