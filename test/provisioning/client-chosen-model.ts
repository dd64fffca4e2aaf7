import {
  type ClientChosenFacts,
  type ClientChosenSeen,
  newClientChosen,
  next,
  unstored,
} from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Model } from "./explore.ts";

export interface Bounds {
  readonly takeovers: number;
  readonly losses: number;
  readonly sleepers: number;
  /**
   * So often somebody else's hand is in the vault before LOGIN: the write is lost with a restored vault, the secret is overwritten,
   * its slot is removed, or removed and filled again up to the same version.
   */
  readonly vaultHands?: number;
  /** LOGIN without comparing the mark, without looking into the vault once more, or looking at the version alone. */
  readonly sabotage?: "login-without-comparing" | "login-unchecked" | "version-is-enough";
}

interface Worker {
  facts: ClientChosenFacts;
  seen: ClientChosenSeen;
  /** Secret in memory: secrets are told apart by number. */
  holding: number | null;
  unsure: boolean;
  escaped: boolean;
}
export interface World {
  row: ClientChosenFacts;
  /** What the target holds; `closed` outranks every attempt. */
  target: { attempt: number; secret: number; closed: boolean; login: boolean };
  secrets: number;
  version: number;
  versions: number[];
  /** Whose the slot is, by what was written beside the secret. */
  slot: "ours" | "nobody's" | "another's";
  hands: number;
  puts: { cas: number; secret: number }[];
  /** Transactions whose COMMIT may still come. */
  sets: { attempt: number; secret: number }[];
  owner: Worker;
  sleepers: Worker[];
  takeovers: number;
  losses: number;
}

const fresh = (facts: ClientChosenFacts): Worker => ({
  facts,
  seen: { saw: "resumed" },
  holding: null,
  unsure: false,
  escaped: false,
});
const changing = ["put", "set", "done"];
type Outcome = (world: World, worker: Worker) => void;

/** Secrets of strangers have numbers below 0. */
const stranger = -1;
const vaultEdits = ({ row }: World): ((world: World) => void)[] => [
  // Before it is stored, a stranger's version under our number cannot be told from ours: nobody here may read it.
  ...(row.phase === "set" ? [(world: World) => void world.versions.push(stranger)] : []),
  (world) => {
    Object.assign(world, { versions: [], slot: "nobody's" });
  },
  (world) => {
    Object.assign(world, { versions: world.versions.map(() => stranger), slot: "another's" });
  },
  (world) => {
    world.versions.pop();
  },
];

/** `done` stands for the login step: enabled in one transaction that compares the mark with the recorded attempt. */
export function clientChosenModel(bounds: Bounds): Model<World> {
  const copyOf = (world: World): World => ({
    ...world,
    target: { ...world.target },
    versions: [...world.versions],
    puts: [...world.puts],
    sets: [...world.sets],
    owner: { ...world.owner },
    sleepers: world.sleepers.map((worker) => ({ ...worker })),
  });
  const setNow = (world: World, set: { attempt: number; secret: number }): boolean => {
    if (world.target.closed || set.attempt <= world.target.attempt) return false;
    Object.assign(world.target, set);
    return true;
  };
  const writeNow = (world: World, put: { cas: number; secret: number }): boolean => {
    if (put.cas !== world.version) return false;
    world.version += 1;
    world.versions.push(put.secret);
    return true;
  };
  const loginNow = (world: World, attempt: number) => {
    if (bounds.sabotage === "login-without-comparing" || (!world.target.closed && world.target.attempt === attempt))
      world.target.login = true;
  };
  const madeBy = (world: World, worker: Worker) => {
    if (worker.holding !== null) return;
    world.secrets += 1;
    worker.holding = world.secrets;
  };

  /** The step that lets it log in looks into the vault once more, and makes the secret anew where it is not as recorded. */
  const enable: Outcome = (w, me) => {
    const isStored = w.version === me.facts.version && (w.slot === "ours" || bounds.sabotage === "version-is-enough");
    if (isStored || bounds.sabotage === "login-unchecked") return loginNow(w, me.facts.attempt);
    w.row = unstored(me.facts);
    me.facts = w.row;
    me.seen = { saw: "resumed" };
  };

  const outcomes = (world: World, worker: Worker): Outcome[] => {
    const action = next(worker.facts, worker.seen);
    const lossy = (outcome: Outcome): Outcome[] =>
      world.losses === 0
        ? []
        : [
            (w, me) => {
              w.losses -= 1;
              outcome(w, me);
            },
          ];
    switch (action.do) {
      case "prepare":
      case "read":
        // Refused, and shown to people.
        if (action.do === "prepare" && world.slot === "another's") return [];
        return [
          (w, me) => {
            if (action.do === "prepare") w.slot = "ours";
            me.seen = { saw: "slot", current: w.version, whole: true, holding: me.holding !== null };
          },
        ];
      case "look":
        return [
          (w, me) => {
            me.seen = {
              saw: "held",
              held: w.target.closed ? "closed" : { attempt: w.target.attempt },
              holding: me.holding !== null,
            };
          },
        ];
      case "checkpoint": {
        const commit: Outcome = (w, me) => {
          w.row = action.facts;
          me.facts = action.facts;
          me.unsure = false;
          me.seen = { saw: "saved" };
          if (action.facts.phase !== "attempt") me.holding = null;
          else madeBy(w, me);
        };
        const unsure: Outcome = (w, me) => {
          w.row = action.facts;
          me.unsure = true;
        };
        return worker.unsure || world.takeovers === 0 ? [commit] : [commit, unsure];
      }
      case "put":
        return [
          (w, me) => {
            me.seen = writeNow(w, { cas: action.cas, secret: me.holding ?? 0 })
              ? { saw: "put", version: w.version }
              : { saw: "put-unknown" };
          },
          ...lossy((w, me) => {
            w.puts.push({ cas: action.cas, secret: me.holding ?? 0 });
            me.seen = { saw: "put-unknown" };
          }),
        ];
      case "set":
        return [
          (w, me) => {
            me.seen = setNow(w, { attempt: action.attempt, secret: me.holding ?? 0 })
              ? { saw: "set" }
              : { saw: "set-unknown" };
          },
          ...lossy((w, me) => {
            w.sets.push({ attempt: action.attempt, secret: me.holding ?? 0 });
            me.seen = { saw: "set-unknown" };
          }),
        ];
      case "done":
        return [enable];
      default:
        return [];
    }
  };

  const tidy = (world: World): World => {
    world.puts = world.puts.filter((put) => put.cas >= world.version);
    world.sets = world.sets.filter((set) => set.attempt > world.target.attempt && !world.target.closed);
    world.sleepers = world.sleepers.filter(
      (worker) => !worker.escaped && changing.includes(next(worker.facts, worker.seen).do),
    );
    world.sleepers.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    return world;
  };
  const after = (world: World, edit: (copy: World) => void): World => {
    const copy = copyOf(world);
    edit(copy);
    return tidy(copy);
  };

  return {
    start: {
      row: newClientChosen(),
      target: { attempt: 0, secret: 0, closed: false, login: false },
      secrets: 0,
      version: 0,
      versions: [],
      slot: "nobody's",
      hands: bounds.vaultHands ?? 0,
      puts: [],
      sets: [],
      owner: fresh(newClientChosen()),
      sleepers: [],
      takeovers: bounds.takeovers,
      losses: bounds.losses,
    },
    successors(world) {
      const list = outcomes(world, world.owner).map((outcome) => after(world, (copy) => outcome(copy, copy.owner)));
      if (world.takeovers > 0) {
        for (const sleeps of [false, true]) {
          if (sleeps && world.sleepers.length >= bounds.sleepers) continue;
          list.push(
            after(world, (copy) => {
              if (sleeps) copy.sleepers.push(copy.owner);
              copy.owner = fresh(copy.row);
              copy.takeovers -= 1;
            }),
          );
        }
      }
      world.puts.forEach((_, index) => {
        list.push(
          after(world, (copy) => {
            for (const put of copy.puts.splice(index, 1)) writeNow(copy, put);
          }),
        );
      });
      world.sets.forEach((_, index) => {
        list.push(
          after(world, (copy) => {
            for (const set of copy.sets.splice(index, 1)) setNow(copy, set);
          }),
        );
      });
      world.sleepers.forEach((worker, index) => {
        for (const outcome of outcomes(world, worker)) {
          list.push(
            after(world, (copy) => {
              const me = copy.sleepers[index] as Worker;
              outcome(copy, me);
              me.escaped = true;
            }),
          );
        }
      });
      for (const edit of world.hands > 0 && !world.target.login ? vaultEdits(world) : [])
        list.push(
          after(world, (copy) => {
            edit(copy);
            copy.version = copy.versions.length;
            copy.hands -= 1;
          }),
        );
      // A later intent disables it: NOLOGIN and *closed* in one transaction.
      if (world.row.phase === "set" && world.target.login) {
        list.push(
          after(world, (copy) => {
            copy.target = { ...copy.target, closed: true, login: false };
          }),
        );
      }
      return list;
    },
    broken({ target, row, version, versions }) {
      if (target.closed) return target.login ? "enabled after it was closed" : null;
      if (!target.login) return null;
      if (row.phase !== "set") return "enabled before its secret was committed";
      if (target.attempt !== row.attempt) return "enabled with another attempt than the recorded one";
      if (version !== row.version) return "another version is current than the recorded one";
      return versions[version - 1] === target.secret ? null : "the vault's secret is not the target's";
    },
    calm(world) {
      const [best] = outcomes(world, world.owner);
      return best ? after(world, (copy) => best(copy, copy.owner)) : null;
    },
    finished: (world) =>
      world.target.closed || world.slot === "another's" || (world.row.phase === "set" && world.target.login),
  };
}
