import { openDatabase } from "#db/client.ts";
import { notify } from "#db/notify.ts";
import { endSession } from "#db/store/claims.ts";
import { births } from "./births.ts";
import {
  acceptOffered,
  approveWaiting,
  askFor,
  askForMore,
  change,
  deny,
  giveUp,
  haveChecked,
  keepAll,
  keepDraft,
  propose,
  quiet,
  renew,
  say,
  shareView,
  takeProposal,
  withdrawn,
} from "./claims.ts";
import { atCluster } from "./cluster.ts";
import { deeds } from "./deeds.ts";
import { outside, use, type World } from "./outside.ts";
import { signIn } from "./sign-in.ts";
import { actAt, Refused, type Stage, settle, stageOf } from "./stage.ts";
import type { Birth, Deed } from "./story.ts";

const people = {
  jonas: "jonas-kern",
  amara: "amara-obi",
  lena: "lena-fuchs",
  priya: "priya-shah",
  nadia: "nadia-berg",
  victor: "victor-haas",
  mara: "mara-lind",
  tomas: "tomas-vidal",
  ida: "ida-holm",
  ravi: "ravi-menon",
};
/** Hours after a day's asking when what waits is decided. */
const laterHours = 5;
let refused = 0;

/** What a day has in store. */
interface Day {
  readonly ago: number;
  readonly births: readonly Birth[];
  readonly deeds: readonly Deed[];
}

/**
 * Fourteen weeks of Acme, lived by the portal's own claims, a worker and simulated systems while the launcher sets the clock on from day
 * to day. Run by the launcher, with the demo's web settings and a desk of its own.
 */
async function play(): Promise<void> {
  const { url, desk, world, issuer, clientId, clientSecret, portal } = settings();
  const { db, close } = openDatabase(url, { applicationName: "charter-history", max: 8, prepares: true });
  await actAt(desk, "directory/first", {});
  const at = { issuer, clientId, clientSecret, portal };
  const signedIn = await Promise.all(
    Object.entries(people).map(async ([key, subject]) => [key, await signIn(db, at, `demo-${subject}`)] as const),
  );
  const stage = stageOf(db, new Map(signedIn), desk);
  const held = new Set<string>();
  for (const day of days()) await live({ stage, world, held }, day);
  for (const [, person] of signedIn) await endSession(db, { id: person.session, person: person.login });
  await close();
  process.stdout.write(`${stage.born.size} identities asked for${refused === 0 ? "" : `, ${refused} refused`}\n`);
}

function settings() {
  const read = (name: string): string => {
    const value = process.env[name];
    if (value === undefined) throw new Error(`${name} is not set; npm start sets it.`);
    return value;
  };
  return {
    url: read("CHARTER_WEB_DATABASE_URL"),
    desk: read("CHARTER_HISTORY_DESK"),
    world: { folder: read("CHARTER_HISTORY_WORLD"), clusters: read("CHARTER_HISTORY_CLUSTERS") },
    issuer: read("AUTH_ISSUER"),
    clientId: read("AUTH_CLIENT_ID"),
    clientSecret: read("AUTH_CLIENT_SECRET"),
    portal: read("CHARTER_PUBLIC_URL"),
  };
}

function days(): readonly Day[] {
  const all = [...new Set([...births, ...deeds].map(({ ago }) => ago))].sort((a, b) => b - a);
  return all.map((ago) => ({
    ago,
    births: births.filter((birth) => birth.ago === ago),
    deeds: deeds.filter((deed) => deed.ago === ago),
  }));
}

interface Life {
  readonly stage: Stage;
  readonly world: World;
  /** Requests that security leaves alone. */
  readonly held: Set<string>;
}

/** Asks, decides some hours later, and has everything done that follows. */
async function live({ stage, world, held }: Life, { ago, births: asked, deeds: done }: Day): Promise<void> {
  await passTo(stage, ago + laterHours / 24);
  for (const birth of asked) if (birth.held) held.add(birth.name);
  await Promise.all(asked.map((birth) => unlessRefused(() => askFor(stage, birth))));
  await settle(stage);
  const deedsOfDay = done.filter((one) => one.do !== "sweep");
  for (const deed of deedsOfDay) await unlessRefused(() => does({ stage, world, held }, deed));
  if (deedsOfDay.length > 0) await settle(stage);
  await passTo(stage, ago);
  await unlessRefused(() => approveWaiting(stage, held));
  await settle(stage);
  const unaccepted = new Set(births.filter((birth) => birth.unaccepted).map(({ name }) => name));
  await unlessRefused(async () => {
    if ((await acceptOffered(stage, Object.keys(people), unaccepted)) > 0) await settle(stage);
  });
  if (done.some((one) => one.do === "sweep")) await stage.act("sweep", {});
}

/** Sets the clock on, and has the worker look at once at what time alone brings. */
async function passTo(stage: Stage, daysAgo: number): Promise<void> {
  await stage.act("clock/at", { daysAgo });
  notify(stage.db.$client, "claims");
}

/** A claim that is refused is told, and history goes on without it. */
async function unlessRefused(act: () => Promise<unknown>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    refused += 1;
    process.stderr.write(`${error.message}\n`);
  }
}

/** Does a deed by its own name. */
const does = ({ stage, world, held }: Life, deed: Deed): Promise<unknown> =>
  deed.do === "outside" || deed.do === "cluster" || deed.do === "use" || deed.do === "leave"
    ? happens({ stage, world }, deed)
    : asked({ stage, held }, deed);

type Happening = Extract<Deed, { do: "outside" | "cluster" | "use" | "leave" }>;

/** What happens past the portal. */
async function happens({ stage, world }: Omit<Life, "held">, deed: Happening): Promise<unknown> {
  switch (deed.do) {
    case "use":
      return Promise.all(deed.names.map((name) => use(stage, world, name)));
    case "outside":
      return outside(stage, world, deed);
    case "cluster":
      return atCluster(stage, world, deed);
    case "leave":
      return leave(stage, deed.meanwhile);
  }
}

/** The directory changes between an asking and its being taken. */
async function leave(stage: Stage, meanwhile: Birth): Promise<void> {
  await stage.act("worker/halt", { halted: true });
  try {
    await askFor(stage, meanwhile);
    await stage.act("directory/left", {});
  } finally {
    await stage.act("worker/halt", { halted: false });
  }
}

/** What people claim at the portal. */
async function asked({ stage, held }: Omit<Life, "world">, deed: Exclude<Deed, Happening>): Promise<unknown> {
  switch (deed.do) {
    case "change":
      return change(stage, deed.who, { name: deed.name, kind: deed.kind, change: { reason: deed.why } });
    case "renew":
      return renew(stage, deed);
    case "transfer":
      return change(stage, deed.who, { name: deed.name, kind: "transfer", change: { to: stage.id(deed.to) } });
    case "more":
      return askForMore(stage, deed);
    case "release":
      return held.delete(deed.name);
    case "withdraw":
      return withdrawn(stage, deed);
    case "take-back":
      return giveUp(stage, deed);
    case "deny":
      return deny(stage, deed);
    case "say":
      return say(stage, deed);
    case "less":
      return propose(stage, deed);
    case "take-over":
      await settle(stage);
      return takeProposal(stage, deed);
    default:
      return keeps(stage, deed);
  }
}

type Keeping = Extract<Deed, { do: "keep" | "mute" | "view" | "draft" | "check" | "sweep" }>;

async function keeps(stage: Stage, deed: Keeping): Promise<unknown> {
  switch (deed.do) {
    case "keep":
      return keepAll(stage, deed.who);
    case "mute":
      return quiet(stage, deed);
    case "view":
      return shareView(stage, deed);
    case "draft":
      return keepDraft(stage, deed);
    case "check":
      return haveChecked(stage, deed);
    case "sweep":
      return undefined;
  }
}

await play();
