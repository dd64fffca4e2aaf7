import type { Installed } from "#test/system/installation.ts";
import { ask, portalOf, role, three, until, user } from "./asking.ts";
import type { Kept } from "./terraform.ts";

/** Users with a key in the vault, and roles. */
export const users = 50;
export const roles = 50;
/** Eight provision side by side, as the scripts do: a place is kept for what disables. */
export const gate = { maxRunning: 9, rate: 10_000, burst: 10_000, reserve: 2 };
/** So many at once are beyond what anybody may ask for. */
export const caps = { mintsPerHour: 100_000, disablesPerHour: 100_000 };

/** Asks for all of them while no gate is open; their names, once every intent stands. */
export async function approved(at: Installed, suffix: string): Promise<readonly string[]> {
  const { admin } = at.database;
  await admin`update charter.gates set open = false`;
  const [reports] = await admin`select id from charter.services where slug = 'reports'`;
  const [priya, jonas] = [await portalOf(at, "priya.shah"), await portalOf(at, "jonas.kern")];
  const names = { users: named("bench-u", users, suffix), roles: named("bench-r", roles, suffix) };
  for (const name of names.users) await ask(priya, user(name, String(reports?.id)));
  for (const name of names.roles) await ask(jonas, role(name));
  const all = [...names.users, ...names.roles];
  await until(async () => {
    const [row] =
      await admin`select count(*)::int as n from charter.intents i join charter.identities d on d.id = i.identity
      where d.name = any(${all})`;
    return row?.n === all.length;
  });
  return all;
}

const named = (stem: string, count: number, suffix: string): readonly string[] =>
  Array.from({ length: count }, (_, i) => `${stem}-${three(i)}-${suffix}`);

/** Opens the gates, hints that there is something to do, as what was claimed does, and waits until each is *live*. */
export async function allLive(at: Installed, names: readonly string[]): Promise<void> {
  const { admin } = at.database;
  await admin`update charter.gates set open = true`;
  await admin.notify("claims", "");
  await until(async () => {
    const [row] =
      await admin`select count(*)::int as n from charter.identities where name = any(${[...names]}) and state = 'live'`;
    return row?.n === names.length;
  }, 20);
}

/** As many users and roles of names that nobody else uses, for Terraform to make beside. */
export const sameFor = ({ reached, boundaryArn }: Installed): Kept => ({
  ...{ aws: reached.aws, boundaryArn },
  users: named("terraform-u", users, "bench"),
  roles: named("terraform-r", roles, "bench"),
});
