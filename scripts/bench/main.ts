import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { parseArgs } from "node:util";
import { benchAudit } from "./audit.ts";
import { benchCold } from "./cold.ts";
import { benchDrift } from "./drift.ts";
import { benchExport } from "./export.ts";
import { benchFirstPage } from "./first-page.ts";
import { type Ground, openGround } from "./ground.ts";
import { benchLongLog } from "./long-log.ts";
import { benchLook } from "./look.ts";
import { type Line, lineText, ratioOf } from "./measure.ts";
import { benchPages } from "./pages.ts";
import { benchProvision } from "./provision.ts";
import { benchReads, type GroupName, groups } from "./reads.ts";
import { seed } from "./seed.ts";
import { benchSubmit } from "./submit.ts";
import { benchSweeps } from "./sweeps.ts";

/** `npm run bench -- NAME… [--folder F | --identities N --audit N] [--rounds N] [--json FILE]`; without a name, all of them. */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    folder: { type: "string" },
    identities: { type: "string" },
    audit: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
  },
});
const rounds = Number(values.rounds ?? 30);
const say = (text: string) => console.log(text);

type Bench = (ground: Ground) => Promise<readonly Line[]>;
const reads = Object.fromEntries(
  (Object.keys(groups) as GroupName[]).map((name) => [
    name,
    (ground: Ground) => benchReads(ground, name, { rounds, say }),
  ]),
);
const benches: Readonly<Record<string, Bench>> = {
  ...reads,
  sweeps: (ground) => benchSweeps(ground, Math.min(rounds, 5)),
  export: benchExport,
  pages: (ground) => benchPages(ground, rounds),
  audit: (ground) => benchAudit(ground, Number(values.audit ?? 400_000)),
  "long-log": () => benchLongLog(Number(values.audit ?? 10_000_000)),
  look: benchLook,
  submit: benchSubmit,
  cold: (ground) => benchCold(ground, Math.min(rounds, 3)),
  "first-page": (ground) => benchFirstPage(ground, Math.min(rounds, 3)),
  drift: (ground) => benchDrift(ground, Math.min(rounds, 5)),
  provision: (ground) => benchProvision(ground, Math.min(rounds, 3)),
};

const chosen = positionals.length > 0 ? positionals : Object.keys(benches);
const unknown = chosen.filter((name) => !Object.hasOwn(benches, name));
if (unknown.length > 0) {
  console.error(`No bench is called ${unknown.join(", ")}. There are: ${Object.keys(benches).join(", ")}.`);
  process.exit(2);
}

const ground = await openGround(values.folder);
const lines: Line[] = [];
try {
  const [server] = await ground.admin`select current_setting('server_version') as version`;
  const [cpu] = cpus();
  const machine = `${cpus().length} × ${cpu?.model.trim()}, ${Math.round(totalmem() / 2 ** 30)} GB, load ${loadavg()[0]?.toFixed(1)}`;
  say(`${machine}; Node ${process.versions.node}; PostgreSQL ${server?.version}`);
  await fill();
  for (const name of chosen) {
    for (const line of (await benches[name]?.(ground)) ?? []) {
      lines.push(line);
      say(lineText(line));
    }
  }
  if (values.json) {
    const report = {
      machine,
      node: process.versions.node,
      postgresql: server?.version,
      lines: lines.map((line) => ({ ...line, ratio: ratioOf(line) })),
    };
    writeFileSync(values.json, `${JSON.stringify(report, null, 2)}\n`);
  }
} finally {
  await ground.close();
}

/** A given folder is taken as it was seeded; a fresh one is filled when something chosen reads at size. */
async function fill(): Promise<void> {
  if (!chosen.some((name) => ["export", "pages"].includes(name) || Object.hasOwn(groups, name))) return;
  const [row] = await ground.admin`select count(*)::int as n from charter.identities`;
  const identities = Number(values.identities ?? 100_000);
  const audit = Number(values.audit ?? identities);
  if (row?.n === 0) await seed(ground.admin, { identities, requests: Math.min(identities, 100_000), audit }, say);
  else say(`${row?.n} identities are there.`);
}
