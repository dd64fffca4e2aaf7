import {
  exactlyRecorded,
  type KeySeen,
  newServerChosen,
  next,
  rechecked,
  type ServerChosenAction,
  type ServerChosenFacts,
  type ServerChosenSeen,
  strays,
} from "#lib/domain/provisioning/server-chosen-secret.ts";
import type { Model } from "./explore.ts";

/** Ways to build it wrong, each of which an exploration must find. */
export type Sabotage =
  | "no-discard-checkpoint"
  | "undo-committed-checkpoint"
  | "short-window"
  | "absent-is-deleted"
  | "no-else-in-six"
  | "reconciler-reads-row-first"
  | "adopt-version-one"
  | "power-unchecked"
  | "version-is-enough";

export interface Bounds {
  /** Times a worker crashes or is paused past its lease and another takes the step. */
  readonly takeovers: number;
  /** Answers that are lost, before or after execution. */
  readonly losses: number;
  /** Paused workers that may wake. */
  readonly sleepers: number;
  readonly reconciler?: boolean;
  /** Somebody else makes a key, or deletes the recorded one, while it is being stored. */
  readonly tamper?: boolean;
  /** An older key, whose secret is the vault's current version, stays beside the new one: a rotation. */
  readonly rotates?: boolean;
  /** Whoever fetches the secret at any moment must be able to use it. */
  readonly consumed?: boolean;
  /** No worker dies between the commit of what it will write and that write. */
  readonly prompt?: boolean;
  /**
   * So often somebody else's hand is in the vault before power is given: the write is lost with a restored vault, the secret is
   * overwritten, its slot is removed, or removed and filled again up to the same version.
   */
  readonly vaultHands?: number;
  readonly sabotage?: Sabotage;
}

interface Key {
  readonly id: string;
  exists: boolean;
  active: boolean;
  /** Lists may not show its last change yet. */
  fresh: boolean;
}
interface Worker {
  facts: ServerChosenFacts;
  seen: ServerChosenSeen;
  /** Key whose secret is in memory. */
  holding: string | null;
  /** Its commit went through and the answer was lost. */
  unsure: boolean;
  /** A worker without a lease lets at most one call escape. */
  escaped: boolean;
}
export interface World {
  row: ServerChosenFacts;
  keys: Key[];
  /** Mints on the wire that may still be executed. */
  mints: number;
  version: number;
  /** Key whose secret each version holds. */
  versions: string[];
  puts: { cas: number; key: string }[];
  /** Whose the slot is, by what was written beside the secret. */
  slot: "ours" | "nobody's" | "another's";
  /** Given by a later step, which looks once more. */
  power: boolean;
  owner: Worker;
  sleepers: Worker[];
  takeovers: number;
  losses: number;
  tampered: boolean;
  hands: number;
  reconciler: { listed: string[] | null; row: ServerChosenFacts | null; doomed: string[] } | null;
}

const timing = { mintWindowMs: 1, repeatMs: 1 };
const fresh = (facts: ServerChosenFacts): Worker => ({
  facts,
  seen: { saw: "resumed", now: 0 },
  holding: null,
  unsure: false,
  escaped: false,
});
/** Facts are never changed in place; everything else is copied. */
const copyOf = (world: World): World => ({
  ...world,
  keys: world.keys.map((key) => ({ ...key })),
  versions: [...world.versions],
  puts: [...world.puts],
  owner: { ...world.owner },
  sleepers: world.sleepers.map((worker) => ({ ...worker })),
  reconciler: world.reconciler && { ...world.reconciler },
});
const changing = ["mint", "put", "deactivate", "remove"];
/** The attempt's number and the order of proofs decide nothing. */
const counted = (facts: ServerChosenFacts): ServerChosenFacts =>
  facts.attempt <= 1 ? facts : { ...facts, attempt: 1 };
type Outcome = (world: World, worker: Worker) => void;

const numbers = new Map<string, number>();
const numbered = new WeakMap<object, number>();
/** One number for equal facts. */
function numberOf(facts: object): number {
  const known = numbered.get(facts);
  if (known !== undefined) return known;
  const text = JSON.stringify(facts);
  const number = numbers.get(text) ?? numbers.size;
  numbers.set(text, number);
  numbered.set(facts, number);
  return number;
}
/** The whole world in few characters. */
function keyOf({ row, keys, owner, sleepers, ...rest }: World): string {
  const workerOf = ({ facts, seen, ...worker }: Worker) => [numberOf(facts), numberOf(seen), ...Object.values(worker)];
  const keysOf = keys.map(({ id, exists, active, fresh: isFresh }) => `${id}${+exists}${+active}${+isFresh}`);
  return JSON.stringify([numberOf(row), keysOf, workerOf(owner), sleepers.map(workerOf), Object.values(rest)]);
}

export function serverChosenModel(bounds: Bounds): Model<World> {
  const { sabotage } = bounds;
  const older: Key[] = bounds.rotates ? [{ id: "old", exists: true, active: true, fresh: false }] : [];
  const row = newServerChosen(older.map(({ id }) => id));

  const decide = (facts: ServerChosenFacts, seen: ServerChosenSeen): ServerChosenAction => {
    if (sabotage === "absent-is-deleted" && seen.saw === "removed" && seen.result === "absent")
      return next(facts, { ...seen, result: "deleted" }, timing);
    if (sabotage === "no-else-in-six" && seen.saw === "keys" && facts.phase === "vaulted") {
      return next(facts, { ...seen, keys: [{ id: facts.key ?? "", active: true, everUsed: false }] }, timing);
    }
    if (
      sabotage === "adopt-version-one" &&
      seen.saw === "slot" &&
      facts.phase === "minted" &&
      !seen.holding &&
      (seen.slot?.current ?? 0) >= 1
    ) {
      return { do: "checkpoint", facts: { ...facts, phase: "vaulted", version: facts.expects, giveUpAt: null } };
    }
    return next(facts, seen, timing);
  };

  /** Times are only *ahead* (1) or *past* (0); nothing else is ever compared. */
  const pass = (world: World, which: { quiet: boolean; giveUp: boolean }) => {
    const past = (facts: ServerChosenFacts): ServerChosenFacts => ({
      ...facts,
      quietAt: which.quiet && facts.quietAt !== null ? 0 : facts.quietAt,
      giveUpAt: which.giveUp && facts.giveUpAt !== null ? 0 : facts.giveUpAt,
    });
    world.row = past(world.row);
    for (const worker of [world.owner, ...world.sleepers]) worker.facts = past(worker.facts);
    for (const key of world.keys) if (key.id === world.row.key) key.fresh = false;
    if (!which.quiet) return;
    for (const key of world.keys) key.fresh = false;
    if (sabotage === "short-window") return;
    world.mints = 0;
    world.sleepers = world.sleepers.filter((worker) => decide(worker.facts, worker.seen).do !== "mint");
  };

  const mintNow = (world: World): string => {
    const id = `k${world.keys.length - older.length}`;
    world.keys.push({ id, exists: true, active: true, fresh: true });
    return id;
  };
  const find = (world: World, id: string) => world.keys.find((key) => key.id === id);
  const writeNow = (world: World, put: { cas: number; key: string }): boolean => {
    if (put.cas !== world.version) return false;
    world.version += 1;
    world.versions.push(put.key);
    return true;
  };

  const listings = (world: World): KeySeen[][] =>
    world.keys.reduce<KeySeen[][]>(
      (lists, key) => {
        const shown = { id: key.id, active: key.active, everUsed: false };
        const truth = key.exists ? lists.map((list) => [...list, shown]) : lists;
        const stale = key.exists ? lists : lists.map((list) => [...list, { ...shown, active: true }]);
        return key.fresh ? [...truth, ...stale] : truth;
      },
      [[]],
    );

  /** Everything that an action can lead to; the first is what happens when nothing goes wrong. */
  const outcomes = (world: World, worker: Worker, action: ServerChosenAction): Outcome[] => {
    const lossy = (...list: Outcome[]): Outcome[] =>
      world.losses === 0
        ? []
        : list.map((outcome) => (w, me) => {
            w.losses -= 1;
            outcome(w, me);
          });
    switch (action.do) {
      case "prepare":
      case "read":
        // Refused, and shown to people.
        if (action.do === "prepare" && world.slot === "another's") return [];
        return [
          (w, me) => {
            if (action.do === "prepare") w.slot = "ours";
            const versions = w.versions.map((_, index) => ({ version: index + 1, destroyed: false, deleted: false }));
            me.seen = { saw: "slot", slot: { current: w.version, versions }, holding: me.holding !== null, now: 0 };
          },
        ];
      case "list":
        return listings(world).map((keys) => (_, me) => {
          me.seen = { saw: "keys", keys, now: 0 };
        });
      case "checkpoint":
        return [
          (w, me) => {
            if (!(sabotage === "no-discard-checkpoint" && action.facts.phase === "discarding")) w.row = action.facts;
            me.facts = action.facts;
            me.unsure = false;
            if (action.facts.phase !== "minted") me.holding = null;
            me.seen = { saw: "saved", now: 0 };
          },
          ...(worker.unsure || world.takeovers === 0
            ? []
            : [
                (w: World, me: Worker) => {
                  w.row = action.facts;
                  me.unsure = true;
                },
              ]),
        ];
      case "mint":
        return [
          (w, me) => {
            const key = mintNow(w);
            me.holding = key;
            me.seen = { saw: "minted", key, now: 0 };
          },
          ...lossy(
            (w, me) => {
              w.mints += 1;
              me.seen = { saw: "mint-unknown", signableUntil: 0, now: 0 };
            },
            (_, me) => {
              me.seen = { saw: "mint-refused", now: 0 };
            },
          ),
        ];
      case "probe":
        return [
          (_, me) => {
            me.seen = { saw: "probe", works: true, now: 0 };
          },
          ...lossy((_, me) => {
            me.seen = { saw: "probe", works: false, now: 0 };
          }),
        ];
      case "put":
        return [
          (w, me) => {
            const written = writeNow(w, { cas: action.cas, key: me.holding ?? "nothing" });
            me.seen = written ? { saw: "put", version: w.version, now: 0 } : { saw: "put-unknown", now: 0 };
          },
          ...lossy((w, me) => {
            w.puts.push({ cas: action.cas, key: me.holding ?? "nothing" });
            me.seen = { saw: "put-unknown", now: 0 };
          }),
        ];
      case "deactivate": {
        const answered: Outcome = (_, me) => {
          me.seen = { saw: "deactivated", id: action.id, now: 0 };
        };
        const executed: Outcome = (w, me) => {
          const key = find(w, action.id);
          if (key) key.active = false;
          answered(w, me);
        };
        return find(world, action.id)?.fresh ? [executed, answered] : [executed];
      }
      case "remove": {
        const removed = (w: World): "deleted" | "absent" => {
          const key = find(w, action.id);
          if (!key?.exists) return "absent";
          key.exists = false;
          key.fresh = true;
          return "deleted";
        };
        const saw = (me: Worker, result: "deleted" | "absent" | "unknown") => {
          me.seen = { saw: "removed", id: action.id, result, now: 0 };
        };
        const hidden: Outcome[] =
          find(world, action.id)?.exists && find(world, action.id)?.fresh ? [(_, me) => saw(me, "absent")] : [];
        const lost = lossy(
          (w, me) => {
            removed(w);
            saw(me, "unknown");
          },
          (_, me) => saw(me, "unknown"),
        );
        return [(w, me) => saw(me, removed(w)), ...hidden, ...lost];
      }
      case "wait": {
        const waited =
          (which: { quiet: boolean; giveUp: boolean }): Outcome =>
          (w, me) => {
            pass(w, which);
            me.seen = { saw: "waited", now: 0 };
          };
        const forQuiet = worker.facts.quietAt === 1;
        return [
          waited({ quiet: true, giveUp: true }),
          waited(forQuiet ? { quiet: true, giveUp: false } : { quiet: false, giveUp: true }),
        ];
      }
      case "done":
        return bounds.vaultHands === undefined || world.power ? [] : listings(world).map(powered);
      case "stop":
      case "undo":
      case "freeze":
        return [];
    }
  };

  /** The step that gives power looks at vault and keys once more, and issues anew where they are not as recorded. */
  const powered =
    (keys: readonly KeySeen[]): Outcome =>
    (w, me) => {
      const isStored =
        sabotage === "version-is-enough"
          ? w.version === me.facts.version
          : w.slot === "ours" && w.version === me.facts.version;
      const anew = sabotage === "power-unchecked" ? null : rechecked(me.facts, { isStored, keys });
      w.power = anew === null;
      if (anew === null) return;
      w.row = anew;
      me.facts = anew;
      me.seen = { saw: "resumed", now: 0 };
    };

  /** A worker without a lease: what it may still do to the world. */
  const sleeperSteps = (world: World, index: number): World[] => {
    const worker = world.sleepers[index];
    if (!worker) return [];
    const action = decide(worker.facts, worker.seen);
    if (action.do === "checkpoint") {
      const minted = worker.holding;
      const blind = sabotage === "undo-committed-checkpoint" ? newServerChosen([]) : world.row;
      const left = next(blind, { saw: "lost", minted, now: 0 }, timing);
      const after = copyOf(world);
      after.sleepers.splice(index, 1);
      if (left.do !== "undo") return [after];
      const key = find(after, left.id);
      if (key?.exists) Object.assign(key, { exists: false, active: false, fresh: true });
      return [after];
    }
    if (worker.escaped || !changing.includes(action.do)) return [];
    return outcomes(world, worker, action).map((outcome) => {
      const after = copyOf(world);
      const me = after.sleepers[index] as Worker;
      outcome(after, me);
      me.escaped = true;
      return after;
    });
  };

  /** Only between the mint and its checkpoint does a worker without a lease still have something to take back. */
  const undoes = (worker: Worker): boolean =>
    worker.seen.saw === "minted" || (sabotage === "undo-committed-checkpoint" && worker.holding !== null);

  /** Drops what can no longer matter, so that equal situations are one state. */
  const tidy = (world: World): World => {
    for (const worker of [world.owner, ...world.sleepers]) worker.facts = counted(worker.facts);
    world.row = counted(world.row);
    world.puts = world.puts.filter((put) => put.cas >= world.version);
    world.puts.sort((a, b) => a.cas - b.cas || a.key.localeCompare(b.key));
    world.sleepers = world.sleepers.filter((worker) => {
      const action = decide(worker.facts, worker.seen);
      return action.do === "checkpoint" ? undoes(worker) : !worker.escaped && changing.includes(action.do);
    });
    world.sleepers.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    return world;
  };

  const reconcilerSteps = (world: World): World[] => {
    const { reconciler } = world;
    if (reconciler === null) return [];
    const rowFirst = sabotage === "reconciler-reads-row-first";
    const change = (edit: (world: World, mine: NonNullable<World["reconciler"]>) => void): World => {
      const after = copyOf(world);
      if (after.reconciler) edit(after, after.reconciler);
      return after;
    };
    const list = () =>
      listings(world).map((keys) =>
        change((_, mine) => {
          mine.listed = keys.map((key) => key.id);
        }),
      );
    const read = () => [
      change((w, mine) => {
        mine.row = w.row;
      }),
    ];
    if (reconciler.row === null || reconciler.listed === null) {
      if (rowFirst) return reconciler.row === null ? read() : list();
      return reconciler.listed === null ? list() : read();
    }
    if (reconciler.doomed.length === 0) {
      const doomed = strays(
        reconciler.listed.map((id) => ({ id })),
        [reconciler.row],
      );
      return [
        change((w, mine) => {
          if (doomed.length === 0) w.reconciler = null;
          else mine.doomed = [...doomed];
        }),
      ];
    }
    return [
      change((w, mine) => {
        for (const key of w.keys)
          if (mine.doomed.includes(key.id)) Object.assign(key, { exists: false, active: false, fresh: true });
        w.reconciler = null;
      }),
    ];
  };

  const tampering = (world: World): World[] => {
    if (!bounds.tamper || world.tampered || world.row.phase !== "minted") return [];
    const made = copyOf(world);
    made.keys.push({ id: `k${made.keys.length}`, exists: true, active: true, fresh: false });
    made.tampered = true;
    const deleted = copyOf(world);
    const key = find(deleted, deleted.row.key ?? "");
    if (key) Object.assign(key, { exists: false, active: false, fresh: false });
    deleted.tampered = true;
    return [made, deleted];
  };

  const vaultHands = (world: World): World[] => {
    if (world.hands === 0 || world.power || world.row.key === null) return [];
    const stranger = "a stranger's";
    const isStored = world.row.phase === "vaulted" || world.row.phase === "done";
    const edits: ((vault: World) => void)[] = [
      // Before it is stored, a stranger's version under our number cannot be told from ours: nobody here may read it.
      ...(isStored ? [(vault: World) => void vault.versions.push(stranger)] : []),
      (vault) => {
        Object.assign(vault, { versions: [], slot: "nobody's" });
      },
      (vault) => {
        Object.assign(vault, { versions: vault.versions.map(() => stranger), slot: "another's" });
      },
      (vault) => {
        vault.versions.pop();
      },
    ];
    return edits.map((edit) => {
      const after = copyOf(world);
      edit(after);
      after.version = after.versions.length;
      after.hands -= 1;
      return after;
    });
  };

  /** Between the commit that names a version and the write of it. */
  const owesWrite = ({ row, version, owner }: World): boolean =>
    row.phase === "minted" && row.probed && version < row.expects && owner.holding !== null;

  const calm = (world: World): World | null => {
    const action = decide(world.owner.facts, world.owner.seen);
    const [best] = outcomes(world, world.owner, action);
    if (!best) return null;
    const after = copyOf(world);
    best(after, after.owner);
    return tidy(after);
  };

  return {
    start: {
      row,
      keys: older,
      mints: 0,
      version: older.length,
      versions: older.map(({ id }) => id),
      puts: [],
      slot: older.length > 0 ? "ours" : "nobody's",
      power: false,
      owner: fresh(row),
      sleepers: [],
      takeovers: bounds.takeovers,
      losses: bounds.losses,
      tampered: false,
      hands: bounds.vaultHands ?? 0,
      reconciler: bounds.reconciler ? { listed: null, row: null, doomed: [] } : null,
    },
    successors(world) {
      const after: World[] = [];
      const action = decide(world.owner.facts, world.owner.seen);
      for (const outcome of outcomes(world, world.owner, action)) {
        const copy = copyOf(world);
        outcome(copy, copy.owner);
        after.push(copy);
      }
      if (world.takeovers > 0 && !(bounds.prompt && owesWrite(world))) {
        for (const sleeps of [false, true]) {
          if (sleeps && world.sleepers.length >= bounds.sleepers) continue;
          const copy = copyOf(world);
          if (sleeps) copy.sleepers.push(copy.owner);
          copy.owner = fresh(copy.row);
          copy.takeovers -= 1;
          after.push(copy);
        }
      }
      if (world.mints > 0) {
        const copy = copyOf(world);
        copy.mints -= 1;
        mintNow(copy);
        after.push(copy);
      }
      for (let index = 0; index < world.puts.length; index += 1) {
        const copy = copyOf(world);
        const [put] = copy.puts.splice(index, 1);
        if (put) writeNow(copy, put);
        after.push(copy);
      }
      for (let index = 0; index < world.sleepers.length; index += 1) after.push(...sleeperSteps(world, index));
      after.push(...reconcilerSteps(world), ...tampering(world), ...vaultHands(world));
      return after.map(tidy);
    },
    broken(world) {
      const active = world.keys.filter((key) => key.exists && key.active).map((key) => key.id);
      if (older.some(({ id }) => !active.includes(id))) return "the older key was ended before its overlap";
      if (bounds.consumed && !active.includes(world.versions[world.version - 1] ?? ""))
        return "a consumer fetches a secret that does not work";
      // What others did to the vault after it was stored is seen when power is given.
      if (world.row.phase !== "done" || (bounds.vaultHands !== undefined && !world.power)) return null;
      if (active.length !== 1 + older.length) return `done with ${active.length} active keys`;
      if (active.at(-1) !== world.row.key) return "done with a key that is not the recorded one";
      if (world.version !== world.row.version) return "done with another version current than the recorded one";
      if (world.versions[world.version - 1] !== world.row.key) return "done with another key's secret in the vault";
      const listed = active.map((id) => ({ id, active: true, everUsed: false }));
      return exactlyRecorded(world.row, listed) ? null : "done, yet power would be refused for ever";
    },
    calm,
    key: keyOf,
    finished: (world) =>
      world.slot === "another's" ||
      (world.row.phase === "done" && world.owner.facts.phase === "done" && (!bounds.vaultHands || world.power)),
  };
}
