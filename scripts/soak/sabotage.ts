import type { Ground } from "./ground.ts";
import type { Wrong } from "./oracle.ts";

/** What somebody does behind the portal's back once all has come to rest, and as what it must show. */
interface Sabotage {
  readonly name: string;
  readonly shows: Wrong;
  happen(ground: Ground): void;
}

export const sabotages: readonly Sabotage[] = [
  {
    ...{ name: "a user nobody asked for", shows: "orphans" },
    happen: ({ aws }) => {
      const [first] = ours(aws.world().users);
      if (first !== undefined) aws.world().users["charter-nobody"] = { ...first, name: "charter-nobody", tags: {} };
    },
  },
  {
    ...{ name: "a second key of one user", shows: "twice" },
    happen: ({ aws }) => {
      const [first] = ours(aws.world().users);
      const [key] = Object.values(aws.world().keys).filter(({ user }) => user === first?.name);
      if (key !== undefined) aws.world().keys.AKIASABOTAGE00000000 = { ...key, secret: "another" };
    },
  },
  {
    ...{ name: "a secret gone from the vault", shows: "lost" },
    happen: ({ vault }) => {
      const slots = vault.world().mounts.kv ?? {};
      const [first] = Object.keys(slots).filter((path) => path.startsWith("payments/"));
      if (first !== undefined) delete slots[first];
    },
  },
];

const ours = <H extends { path: string }>(holders: Readonly<Record<string, H>>): readonly H[] =>
  Object.values(holders).filter(({ path }) => path === "/charter/");
