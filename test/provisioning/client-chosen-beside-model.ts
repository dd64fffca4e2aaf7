import {
  type ClientChosenAction,
  type ClientChosenFacts,
  type ClientChosenSeen,
  newBeside,
  next,
} from "#lib/domain/provisioning/client-chosen-secret.ts";
import type { Model } from "./explore.ts";

export type Sabotage =
  /** A holder whose secret may be in the vault gets another secret. */
  | "reuses-what-was-offered"
  /** A version that two attempts could have written is adopted. */
  | "forgets-pairs"
  /** Enabled without comparing the mark. */
  | "enables-without-comparing"
  /** Stored before it can be used. */
  | "stores-before-enabling"
  /** What was tried and given up stays. */
  | "clears-nothing";

export interface Bounds {
  readonly takeovers: number;
  readonly losses: number;
  readonly sleepers: number;
  /** Whether a later request may close everything, at any moment. */
  readonly closes?: boolean;
  readonly sabotage?: Sabotage;
}

interface Worker {
  facts: ClientChosenFacts;
  seen: ClientChosenSeen;
  /** Secret in memory: secrets are told apart by number. */
  holding: number | null;
  unsure: boolean;
  escaped: boolean;
}
interface Holder {
  attempt: number;
  secret: number;
  login: boolean;
  closed: boolean;
}
/** A secret of one holder, as the vault keeps it; holder -1 is the one that is replaced. */
interface Stored {
  turn: number;
  secret: number;
}
/** A call that was sent, had no answer, and may still be executed. */
type Late =
  | ({ call: "put"; cas: number } & Stored)
  | ({ call: "set"; attempt: number } & Stored)
  | { call: "enable"; attempt: number; turn: number };

export interface World {
  row: ClientChosenFacts;
  /** By turn; null: none there. */
  holders: (Holder | null)[];
  closed: boolean;
  secrets: number;
  versions: Stored[];
  late: Late[];
  owner: Worker;
  sleepers: Worker[];
  takeovers: number;
  losses: number;
}

const older: Stored = { turn: -1, secret: 0 };
const fresh = (facts: ClientChosenFacts): Worker => ({
  facts,
  seen: { saw: "resumed" },
  holding: null,
  unsure: false,
  escaped: false,
});
const turnOf = ({ beside }: ClientChosenFacts): number => beside?.turn ?? 0;
const changing = ["put", "set", "enable", "clear"];
type Outcome = (world: World, worker: Worker) => void;

/** A consumer fetches the vault's current version at every moment and uses it at the target. */
export function besideModel(bounds: Bounds): Model<World> {
  const { sabotage } = bounds;
  const copyOf = (world: World): World => structuredClone(world);

  const decide = (facts: ClientChosenFacts, seen: ClientChosenSeen): ClientChosenAction => {
    const action = next(facts, seen);
    if (action.do !== "checkpoint" || action.facts.beside === null) return action;
    const { beside } = action.facts;
    if (sabotage === "reuses-what-was-offered")
      return { ...action, facts: { ...action.facts, beside: { ...beside, turn: 0 } } };
    if (sabotage === "forgets-pairs")
      return { ...action, facts: { ...action.facts, beside: { ...beside, pairs: [] } } };
    return action;
  };

  const putNow = (world: World, { cas, turn, secret }: Stored & { cas: number }): boolean => {
    if (cas !== world.versions.length) return false;
    world.versions.push({ turn, secret });
    return true;
  };
  const setNow = (world: World, { attempt, turn, secret }: Stored & { attempt: number }): boolean => {
    const there = world.holders[turn] ?? null;
    const later = world.holders.some((holder, at) => at > turn && holder !== null);
    if (world.closed || later || (there !== null && (there.closed || there.attempt >= attempt))) return false;
    while (world.holders.length < turn) world.holders.push(null);
    world.holders[turn] = { attempt, secret, login: there?.login ?? false, closed: false };
    return true;
  };
  const enableNow = (world: World, { attempt, turn }: { attempt: number; turn: number }): boolean => {
    const there = world.holders[turn] ?? null;
    if (there === null) return false;
    if (sabotage !== "enables-without-comparing" && (there.closed || there.attempt !== attempt)) return false;
    there.login = true;
    return true;
  };
  const clearNow = (world: World, turn: number) => {
    if (sabotage === "clears-nothing") return;
    world.holders = world.holders.map((holder, at) => (at === turn ? holder : null));
  };
  const works = (world: World, { turn, secret }: Stored): boolean => {
    const holder = world.holders[turn];
    return turn === older.turn || (holder?.login === true && holder.secret === secret);
  };

  const outcomes = (world: World, worker: Worker): Outcome[] => {
    const action = decide(worker.facts, worker.seen);
    const lossy = (outcome: Outcome): Outcome[] =>
      world.losses === 0
        ? []
        : [
            (w, me) => {
              w.losses -= 1;
              outcome(w, me);
            },
          ];
    const turn = turnOf(worker.facts);
    switch (action.do) {
      case "prepare":
      case "read":
        return [
          (w, me) => {
            me.seen = { saw: "slot", current: w.versions.length, whole: true, holding: me.holding !== null };
          },
        ];
      case "look":
        return [
          (w, me) => {
            const there = w.holders[turn] ?? null;
            const held = there === null ? "absent" : there.closed ? "closed" : { attempt: there.attempt };
            me.seen = { saw: "held", held, holding: me.holding !== null };
          },
        ];
      case "checkpoint": {
        const commit: Outcome = (w, me) => {
          w.row = action.facts;
          me.facts = action.facts;
          me.unsure = false;
          me.seen = { saw: "saved" };
          if (action.facts.phase !== "attempt" && action.facts.phase !== "offered") me.holding = null;
          else if (me.holding === null) {
            w.secrets += 1;
            me.holding = w.secrets;
          }
        };
        const unsure: Outcome = (w, me) => {
          w.row = action.facts;
          me.unsure = true;
        };
        return worker.unsure || world.takeovers === 0 ? [commit] : [commit, unsure];
      }
      case "put": {
        const sent = (me: Worker) => ({ cas: action.cas, turn, secret: me.holding ?? 0 });
        return [
          (w, me) => {
            me.seen = putNow(w, sent(me)) ? { saw: "put", version: w.versions.length } : { saw: "put-unknown" };
          },
          ...lossy((w, me) => {
            w.late.push({ call: "put", ...sent(me) });
            me.seen = { saw: "put-unknown" };
          }),
        ];
      }
      case "set": {
        const sent = (me: Worker) => ({ attempt: action.attempt, turn, secret: me.holding ?? 0 });
        return [
          (w, me) => {
            me.seen = { saw: setNow(w, sent(me)) ? "set" : "set-unknown" };
          },
          ...lossy((w, me) => {
            w.late.push({ call: "set", ...sent(me) });
            me.seen = { saw: "set-unknown" };
          }),
        ];
      }
      case "enable": {
        if (sabotage === "stores-before-enabling")
          return [
            (w, me) => {
              w.late.push({ call: "enable", attempt: action.attempt, turn });
              me.seen = { saw: "probe", works: true };
            },
          ];
        return [
          (w, me) => {
            me.seen = { saw: enableNow(w, { attempt: action.attempt, turn }) ? "enabled" : "enable-unknown" };
          },
          ...lossy((w, me) => {
            w.late.push({ call: "enable", attempt: action.attempt, turn });
            me.seen = { saw: "enable-unknown" };
          }),
        ];
      }
      case "probe":
        return [
          (w, me) => {
            me.seen = { saw: "probe", works: works(w, { turn, secret: me.holding ?? 0 }) };
          },
        ];
      case "clear":
        return [
          (w, me) => {
            clearNow(w, turn);
            me.seen = { saw: "cleared" };
          },
        ];
      case "refuse":
        // Put off: the secret is lost, and the step is taken up again later.
        return world.closed
          ? []
          : [
              (w, me) => {
                Object.assign(me, fresh(w.row));
              },
            ];
      case "done":
        return [];
    }
  };

  const run = (world: World, late: Late): boolean => {
    if (late.call === "put") return putNow(world, late);
    return late.call === "set" ? setNow(world, late) : enableNow(world, late);
  };
  const tidy = (world: World): World => {
    while (world.holders.length > 0 && world.holders.at(-1) === null) world.holders.pop();
    world.late = world.late.filter((one) => one.call !== "put" || one.cas >= world.versions.length);
    world.late.sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
    world.sleepers = world.sleepers.filter(
      (worker) => !worker.escaped && changing.includes(decide(worker.facts, worker.seen).do),
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
      row: newBeside(),
      holders: [],
      closed: false,
      secrets: 0,
      versions: [older],
      late: [],
      owner: fresh(newBeside()),
      sleepers: [],
      takeovers: bounds.takeovers,
      losses: bounds.losses,
    },
    successors(world) {
      const list = outcomes(world, world.owner).map((outcome) => after(world, (copy) => outcome(copy, copy.owner)));
      for (const sleeps of world.takeovers > 0 ? [false, true] : []) {
        if (sleeps && world.sleepers.length >= bounds.sleepers) continue;
        list.push(
          after(world, (copy) => {
            if (sleeps) copy.sleepers.push(copy.owner);
            copy.owner = fresh(copy.row);
            copy.takeovers -= 1;
          }),
        );
      }
      for (const index of world.late.keys())
        list.push(
          after(world, (copy) => {
            for (const late of copy.late.splice(index, 1)) run(copy, late);
          }),
        );
      for (const [index, worker] of world.sleepers.entries())
        for (const outcome of outcomes(world, worker))
          list.push(
            after(world, (copy) => {
              const me = copy.sleepers[index] as Worker;
              outcome(copy, me);
              me.escaped = true;
            }),
          );
      // A later request disables the identity: every holder is closed in one transaction.
      if (bounds.closes && !world.closed)
        list.push(
          after(world, (copy) => {
            copy.closed = true;
            for (const holder of copy.holders) if (holder) Object.assign(holder, { closed: true, login: false });
          }),
        );
      return list;
    },
    broken(world) {
      const { holders, row, versions } = world;
      const open = holders.flatMap((holder, turn) => (holder?.login ? [turn] : []));
      if (world.closed) return open.length > 0 ? "enabled after it was closed" : null;
      const current = versions.at(-1) ?? older;
      if (!works(world, current)) return "a consumer fetches a secret that does not work";
      if (row.phase !== "set") return null;
      if (open.length !== 1) return `set with ${open.length} new holders that can be used`;
      if (row.version !== versions.length) return "another version is current than the recorded one";
      return current.turn === turnOf(row) ? null : "the vault's secret is not the recorded holder's";
    },
    calm(world) {
      const [best] = outcomes(world, world.owner);
      return best ? after(world, (copy) => best(copy, copy.owner)) : null;
    },
    finished: (world) => world.closed || (world.row.phase === "set" && world.owner.facts.phase === "set"),
  };
}
