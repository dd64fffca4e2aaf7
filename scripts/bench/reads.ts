import { readQueue } from "#db/read/approvals.ts";
import { auditCursor, readAudit } from "#db/read/audit.ts";
import { findByName } from "#db/read/find.ts";
import { readFrame } from "#db/read/frame.ts";
import { readInventory } from "#db/read/inventory.ts";
import type { InventoryFilter } from "#db/read/inventory-filter.ts";
import { readTiles } from "#db/read/inventory-tiles.ts";
import { decodeCursor } from "#db/read/keyset.ts";
import { readMyWork } from "#db/read/my-work.ts";
import { readRequests } from "#db/read/requests.ts";
import type { Viewer } from "#lib/domain/actor.ts";
import { tiles } from "#lib/domain/tile.ts";
import type { Ground } from "./ground.ts";
import { interleaved, type Line, median, percentile } from "./measure.ts";
import { teamId, words } from "./seed.ts";

/** Who looks: one who sees everything, and members of the team that has most and of one that has little. */
export interface Viewers {
  readonly security: Viewer;
  readonly member: Viewer;
  readonly small: Viewer;
}

export async function viewers({ admin }: Ground): Promise<Viewers> {
  const of = async (team: number, roles: Viewer["roles"]): Promise<Viewer> => {
    const [row] = await admin.unsafe(
      `select team, person from charter.team_members where team = (${teamId(team)}) order by person limit 1`,
    );
    return { id: String(row?.person), roles, teams: [String(row?.team)] };
  };
  return { security: await of(3, ["security"]), member: await of(0, []), small: await of(300, []) };
}

type Run = () => Promise<unknown>;
/** Everything, by name. */
export const plain: InventoryFilter = {
  ...{
    tile: "all",
    q: "",
    environment: "",
    target: "",
    blueprint: "",
    team: "",
    state: "",
    finding: "",
    owner: "",
    service: "",
    debt: "",
    attestation: "",
    sort: "name",
  },
};

/** Every query of one group, by name; each goes through the web's role. */
type Group = (ground: Ground, viewer: Viewer) => Promise<Readonly<Record<string, Run>>>;

const page = (
  { web }: Ground,
  viewer: Viewer,
  changes: Partial<InventoryFilter>,
  cursor: string | null = null,
): Run => {
  const asked = { filter: { ...plain, ...changes }, cursor: cursor === null ? null : decodeCursor(cursor) };
  return () => readInventory(web.db, viewer, asked);
};

/** The first page of each sort, and one in the middle of everything. */
const list: Group = async (ground, viewer) => {
  const runs: Record<string, Run> = {};
  for (const sort of ["name", "-name", "ends", "-ends", "born", "-born", "risk", "-risk"]) {
    runs[sort] = page(ground, viewer, { sort });
    const deep = await middle(ground, sort.replace("-", ""));
    runs[`${sort} deep`] = page(ground, viewer, { sort }, deep);
  }
  return runs;
};

async function middle({ admin }: Ground, sort: string): Promise<string> {
  const column = { name: "name", ends: "ends_at", born: "born_at", risk: "risk" }[sort] ?? "name";
  const [row] = await admin.unsafe(
    `select id, ${column}::text as value from charter.identities order by ${column}, id offset (select count(*) / 2 from charter.identities) limit 1`,
  );
  return Buffer.from(JSON.stringify([row?.value, row?.id])).toString("base64url");
}

const filter: Group = async (ground, viewer) => {
  const runs: Record<string, Run> = {};
  for (const tile of tiles.slice(1)) runs[tile] = page(ground, viewer, { tile });
  const combinations: Readonly<Record<string, Partial<InventoryFilter>>> = {
    prod: { environment: "prod" },
    "big target": { target: "target-0" },
    "small target": { target: "target-24" },
    "big team": { team: "team-0" },
    "small team": { team: "team-399" },
    suspended: { state: "suspended" },
    provisioning: { state: "provisioning" },
    retired: { state: "retired" },
    "small target and team": { target: "target-24", team: "team-399" },
    "small team by risk": { team: "team-399", sort: "-risk" },
    "static of a small target by end": { tile: "static", target: "target-24", sort: "ends" },
    "differing static of dev": { tile: "differs", environment: "dev", blueprint: "aws-user-access-key" },
    "unowned suspended of a small target": { tile: "unowned", state: "suspended", target: "target-24" },
    "suspended by end": { state: "suspended", sort: "ends" },
    "nothing at all": { target: "target-24", team: "team-399", state: "provisioning", environment: "dev" },
  };
  for (const [name, changes] of Object.entries(combinations)) runs[name] = page(ground, viewer, changes);
  return runs;
};

const search: Group = async (ground, viewer) => {
  const runs: Record<string, Run> = {};
  for (const [name, q] of Object.entries(words)) runs[name] = page(ground, viewer, { q });
  runs.owner = page(ground, viewer, { q: "Amara Obi" });
  runs["every by risk"] = page(ground, viewer, { q: words.every, sort: "-risk" });
  runs["palette one"] = () => findByName(ground.web.db, viewer, words.one);
  runs["palette every"] = () => findByName(ground.web.db, viewer, words.every);
  runs["palette none"] = () => findByName(ground.web.db, viewer, words.none);
  return runs;
};

const tilesOf: Group = async ({ web }, viewer) => ({ tiles: () => readTiles(web.db, viewer) });

const requests: Group = async ({ web }, viewer) => {
  const asked = { q: "", state: "", mine: false, kind: "", environment: "", target: "", after: undefined };
  const first = await readRequests(web.db, viewer, asked);
  const read =
    (changes: object): Run =>
    () =>
      readRequests(web.db, viewer, { ...asked, ...changes });
  return {
    all: read({}),
    second: read({ after: first.next ?? undefined }),
    open: read({ state: "open" }),
    closed: read({ state: "closed" }),
    "awaiting approval": read({ state: "awaiting-approval" }),
    mine: read({ mine: true }),
    "by name": read({ q: "0000777" }),
    "by no name": read({ q: words.none }),
    queue: () => readQueue(web.db, viewer),
    "my work": () => readMyWork(web.db, viewer, { expiringDays: 30 }),
    frame: () => readFrame(web.db, viewer),
  };
};

const auditPage: Group = async ({ web, admin }, viewer) => {
  const none = { q: "", noun: "", channel: "", steps: false };
  const read =
    (changes: object, cursor: string | undefined = undefined): Run =>
    () =>
      readAudit(web.db, viewer, { filter: { ...none, ...changes }, cursor: auditCursor(cursor) });
  const [row] =
    await admin`select at::text as at, noun, aggregate, seq from charter.audit_entries order by at offset 100 limit 1`;
  const deep = Buffer.from(JSON.stringify([row?.at, row?.noun, row?.aggregate, row?.seq])).toString("base64url");
  return {
    newest: read({}),
    deep: read({}, deep),
    "with steps": read({ steps: true }),
    "one noun": read({ noun: "bundle" }),
    "most frequent noun": read({ noun: "step" }),
    "written by the web": read({ channel: "charter_web" }),
    action: read({ q: "identity.live" }),
    person: read({ q: "Amara Obi 1" }),
    id: read({ q: String(row?.aggregate) }),
    nobody: read({ q: words.none }),
  };
};

export const groups = { list, filter, search, tiles: tilesOf, requests, audit_page: auditPage } as const;
export type GroupName = keyof typeof groups;

/** Each query of a group for each viewer, in turn with a bare look-up by primary key; a line for each viewer, `slowest` in its name. */
export async function benchReads(
  ground: Ground,
  name: GroupName,
  of: { readonly rounds: number; readonly say: (text: string) => void },
): Promise<readonly Line[]> {
  const found: Line[] = [];
  for (const [who, viewer] of Object.entries(await viewers(ground))) {
    if (name === "audit_page" && who !== "security") continue;
    found.push(await benchGroup(ground, { name, who, viewer, ...of }));
  }
  return found;
}

interface Asked {
  readonly name: GroupName;
  readonly who: string;
  readonly viewer: Viewer;
  readonly rounds: number;
  readonly say: (text: string) => void;
}

async function benchGroup(ground: Ground, { name, who, viewer, rounds, say }: Asked): Promise<Line> {
  const [known] = await ground.admin`select id from charter.identities limit 1 offset 4711`;
  const bare = () =>
    ground.web.sql`select * from charter.identities where tenant = 'main' and id = ${String(known?.id)}`;
  const times = await interleaved({ bare, ...(await groups[name](ground, viewer)) }, rounds);
  const { bare: peer = [], ...queries } = times;
  const all = Object.values(queries).flat();
  const worst = Object.entries(queries).toSorted((a, b) => percentile(b[1], 0.95) - percentile(a[1], 0.95));
  for (const [query, ms] of worst.slice(0, 6)) {
    say(
      `  ${name} ${who} · ${query}: p50 ${median(ms).toFixed(1)} p95 ${percentile(ms, 0.95).toFixed(1)} best ${Math.min(...ms).toFixed(1)} ms`,
    );
  }
  return {
    name: `${name}.${who}`,
    value: percentile(all, 0.95),
    unit: "ms-p95",
    peer: { name: "key-lookup-p95", value: percentile(peer, 0.95) },
    also: {
      p50: median(all),
      "slowest-p50": median(worst[0]?.[1] ?? []),
      "slowest-best": Math.max(...worst.map(([, ms]) => Math.min(...ms))),
      queries: worst.length,
    },
  };
}
