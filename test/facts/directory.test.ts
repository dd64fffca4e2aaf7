import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { importDirectory } from "#lib/facts/directory/import.ts";
import { runFact } from "#lib/facts/run.ts";
import { importFolder } from "#lib/worker/commands/directory-import.ts";
import { readDirectoryFolder } from "#lib/worker/commands/read-directory.ts";
import { issuer, openScenario, type Scenario } from "./scenario.ts";

let scenario: Scenario;
let folder: string;
beforeAll(async () => {
  scenario = await openScenario();
  folder = await mkdtemp(join(tmpdir(), "charter-directory-"));
});
afterAll(async () => {
  await scenario.database.close();
  await rm(folder, { recursive: true });
});

const heads = {
  people: "subject,email,name,active",
  teams: "slug,name,backup,unused_days",
  members: "team,email",
  services: "slug,name,team,owner_email,classification,source,dev,staging,prod",
  repositories: "name,owner_id,repository_id,service,environments,subject_format",
};

/** Writes the five files, the named ones with these lines, and imports them; refusals as sentences. */
async function imported(lines: Partial<Record<keyof typeof heads, readonly string[]>>) {
  for (const [file, head] of Object.entries(heads)) {
    const rows = Object.entries(lines).find(([name]) => name === file)?.[1] ?? [];
    await writeFile(join(folder, `${file}.csv`), `${[head, ...rows].join("\n")}\n`);
  }
  const read = await readDirectoryFolder(folder, issuer);
  if ("refusals" in read) return read.refusals.map(({ sentence }) => sentence);
  const { db, newId } = scenario.worker;
  const context = {
    db,
    newId,
    actor: { id: "host", evidence: "host" },
    subject: { noun: "audit", id: "directory" },
  } as const;
  const outcome = await runFact(context, importDirectory, read.ok);
  return "refusals" in outcome ? outcome.refusals.map(({ sentence }) => sentence) : outcome.ok.changed;
}
const people = async () => (await scenario.worker.db.execute(sql`select 1 from charter.people`)).length;

test("each wrong line is named with its number, and nothing of the files is imported", async () => {
  const before = await people();
  expect(await imported({ people: [",ann@acme.example,Ann,true", ",no-address,Ben,perhaps"] })).toEqual([
    "people.csv, line 3: email is not an e-mail address.",
    "people.csv, line 3: active is neither true nor false.",
  ]);
  expect(
    await imported({
      repositories: [
        "acme/ledger\u202e,1,2,,production,immutable",
        `acme/${"x".repeat(101)},1,2,,,immutable`,
        "acme/ledger,1,2,,prod\u202euction,immutable",
      ],
    }),
  ).toEqual([
    "repositories.csv, line 2: name is not owner/name as GitHub spells it.",
    "repositories.csv, line 3: name is not owner/name as GitHub spells it.",
    "repositories.csv, line 4: environments holds control characters.",
  ]);
  expect(
    await imported({
      people: [",ann@acme.example,Ann,true"],
      members: ["nowhere,ann@acme.example", "payments,nobody@acme.example"],
    }),
  ).toEqual([
    "members.csv, line 2: there is no team nowhere.",
    "members.csv, line 3: there is nobody with the address nobody@acme.example.",
  ]);
  expect(await people()).toBe(before);
});

test("people missing from a later import stay; one who is not active any more is deactivated, with an entry", async () => {
  const before = await people();
  expect(await imported({ people: ["demo-priya-shah,priya.shah@acme.example,Priya Shah,false"] })).toBe(1);
  expect(await people()).toBe(before);
  const [row] = await scenario.worker.db.execute(
    sql`select active from charter.people where subject = 'demo-priya-shah'`,
  );
  expect(row).toEqual({ active: false });
  expect((await scenario.entries("person", scenario.id("priya.shah"))).at(-1)).toBe("person.deactivated");
});

test("the same files twice change nothing; a name twice in one file is refused", async () => {
  const lines = { people: [",ann@acme.example,Ann,true"], teams: ["payments,Payments,payments,60"] };
  expect(await imported(lines)).toBe(1);
  expect(await imported(lines)).toBe(0);
  expect(await imported({ people: [",a@acme.example,A,true", ",A@acme.example,B,true"] })).toEqual([
    "people.csv, line 3: a@acme.example stands in line 2 already.",
  ]);
});

test("says that a repository is archived and a service decommissioned; an import without the columns leaves it so", async () => {
  const rows = async () => {
    const [row] = await scenario.worker.db.execute(sql`
      select (select archived from charter.repositories where name = 'acme/ledger') as archived,
        (select decommissioned from charter.services where slug = 'ledger') as decommissioned`);
    return row;
  };
  const service = "ledger,Ledger,payments,amara.obi@acme.example,confidential,catalog-info,,,";
  const repository = "acme/ledger,4128807,731205518,ledger,production staging,immutable";
  const plain = { ...heads };
  heads.services += ",decommissioned";
  heads.repositories += ",archived";
  await imported({ services: [`${service},true`], repositories: [`${repository},true`] });
  expect(await rows()).toEqual({ archived: true, decommissioned: true });
  expect(await imported({ repositories: [`${repository},perhaps`] })).toEqual([
    "repositories.csv, line 2: archived is neither true nor false.",
  ]);
  Object.assign(heads, plain);
  await imported({ services: [service], repositories: [repository] });
  expect(await rows()).toEqual({ archived: true, decommissioned: true });
});

test("a target that the worker does not know is said with its line, and the files are imported", async () => {
  const [service] = await scenario.worker.db.execute<{ slug: string; team: string; email: string }>(sql`
    select s.slug, t.slug as team, p.email from charter.services s join charter.teams t on t.id = s.team join charter.people p on p.id = s.owner limit 1`);
  const { slug = "", team = "", email = "" } = service ?? {};
  const [known] = scenario.worker.config.targets;
  await imported({ services: [] });
  await writeFile(
    join(folder, "services.csv"),
    `${heads.services}\n${slug},Some name,${team},${email},internal,test,${known?.name} paymets-aws,,paymets-aws\n`,
  );
  const said: string[] = [];
  const err = vi.spyOn(process.stderr, "write").mockImplementation((text) => said.push(String(text)) > 0);
  const out = vi.spyOn(process.stdout, "write").mockImplementation(() => true);
  const { db, config, newId } = scenario.worker;
  const code = await importFolder({ db, config, newId, actor: { id: "host", evidence: "host" } }, folder);
  err.mockRestore();
  out.mockRestore();
  expect([code, said]).toEqual([
    0,
    ["services.csv, line 2: There is no target paymets-aws in the worker's configuration; nothing is offered there.\n"],
  ]);
});
