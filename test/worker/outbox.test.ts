import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { sql } from "drizzle-orm";
import { SMTPServer } from "smtp-server";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { readNoticeSettings } from "#db/read/notices.ts";
import { takeDue } from "#db/store/notices.ts";
import { raiseRetirement } from "#lib/facts/expiry/raise.ts";
import { configSchema, type WorkerConfig } from "#lib/worker/config.ts";
import { sendDue } from "#lib/worker/outbox.ts";
import { sealOnce } from "#lib/worker/sealer.ts";
import { forgetTold, tellEndings, tellNews } from "#lib/worker/sweeps/tell.ts";
import type { Worker } from "#lib/worker/worker.ts";
import { ask, judge, ledgerAnswers, openScenario, type Scenario } from "../facts/scenario.ts";

interface Letter {
  readonly to: readonly string[];
  readonly raw: string;
}
const letters: Letter[] = [];
const posts: { headers: IncomingHttpHeaders; body: string }[] = [];
const secret = randomBytes(32).toString("base64");
let answer = 250;
let status = 200;
let scenario: Scenario;
let worker: Worker;
let told: Pick<WorkerConfig, "mail" | "webhooks">;

/** A real mail server, which refuses with `answer` while that is no 250. */
const smtp = new SMTPServer({
  authOptional: true,
  disabledCommands: ["STARTTLS"],
  onRcptTo: (_address, _session, done) =>
    done(answer === 250 ? null : Object.assign(new Error("no"), { responseCode: answer })),
  onData: (stream, session, done) => {
    void text(stream).then((raw) => {
      letters.push({ to: session.envelope.rcptTo.map(({ address }) => address), raw: raw.replaceAll("=\r\n", "") });
      done();
    });
  },
});
const hook = createServer(async (request, response) => {
  posts.push({ headers: request.headers, body: await text(request) });
  if (status === 0) return void request.socket.destroy();
  response.writeHead(status, status === 302 ? { location: "http://169.254.169.254/" } : {}).end("x".repeat(100_000));
});

beforeAll(async () => {
  await once(smtp.listen(0, "127.0.0.1"), "listening");
  await once(hook.listen(0, "127.0.0.1"), "listening");
  process.env.HOOK_SECRET = secret;
  scenario = await openScenario();
  for (const [person, role] of [
    ["mara.lind", "security"],
    ["tomas.vidal", "security"],
    ["ida.holm", "operator"],
  ] as const)
    await scenario.signIn(person, [role]);
  for (const person of ["jonas.kern", "amara.obi"]) await scenario.signIn(person);
  const parsed = configSchema.parse({
    ...JSON.parse(JSON.stringify(scenario.worker.config)),
    mail: { from: "charter@acme.example", host: "127.0.0.1", port: portOf(smtp.server), tls: "off" },
    webhooks: [{ name: "siem", url: `http://127.0.0.1:${portOf(hook)}/in`, signs: "env:HOOK_SECRET" }],
  });
  told = { mail: parsed.mail, webhooks: parsed.webhooks };
  worker = { ...scenario.worker, config: { ...scenario.worker.config, ...told }, log: quiet };
  await passOn();
});
afterAll(async () => {
  delete process.env.HOOK_SECRET;
  smtp.close();
  hook.close();
  await scenario.database.close();
});
beforeEach(async () => {
  answer = 250;
  status = 200;
  await worker.db.execute(sql`update charter.notices set sent_at = charter.clock() where sent_at is null`);
  letters.length = 0;
  posts.length = 0;
});

const quiet = { info: () => undefined, fault: () => undefined };
const portOf = (server: { address(): unknown }): number => {
  const address = server.address();
  if (typeof address !== "object" || address === null || !("port" in address)) throw new Error("no port");
  return Number(address.port);
};
/** Seals what was written and tells it, as the worker's loops do. */
async function passOn(teller: Worker = worker): Promise<void> {
  const sealer = { db: worker.db, key: worker.checkpointKey, anchor: null };
  while ((await sealOnce(sealer)) !== null);
  while ((await tellNews(teller)) > 0);
}
const sendAll = async () => {
  while ((await sendDue(worker)) > 0);
};
const lettersTo = (person: string) => letters.filter(({ to }) => to[0]?.startsWith(person));
const rows = () =>
  worker.db.execute<{
    kind: string;
    fault: string | null;
    attempts: number;
    sent: boolean;
    over: boolean;
    person: string | null;
  }>(sql`
    select kind, fault, attempts, sent_at is not null as sent, given_up_at is not null as over, person
    from charter.notices order by at, id`);
let bucket = 0;
async function awaiting(): Promise<string> {
  bucket += 1;
  const need = { pack: "write-bucket", parameters: { bucket: `told-${bucket}` } };
  const request = await ask(scenario, "amara.obi", ledgerAnswers({ need }));
  await scenario.settle();
  return request;
}

describe("what people are told", () => {
  test("approvers of what waits for them, the asker of what went out in their name, each once and by a signed link home", async () => {
    const request = await awaiting();
    await passOn();
    await passOn();
    await sendAll();
    expect(letters.map(({ to }) => to[0]).sort()).toEqual([
      expect.stringMatching(/^amara/),
      expect.stringMatching(/^mara/),
      expect.stringMatching(/^tomas/),
    ]);
    expect(lettersTo("mara")[0]?.raw).toContain(`http://localhost:3000/requests/${request}`);
    expect(lettersTo("mara")[0]?.raw).toContain("waits for a decision");
    expect(lettersTo("amara")[0]?.raw).toContain("was sent in your name");
    expect(lettersTo("mara")[0]?.raw).toContain("Auto-Submitted: auto-generated");
  });

  test("whoever decided, in whose name it was, and the asker how it ended; not the approvers once it is decided", async () => {
    const request = await awaiting();
    expect(await judge(scenario, "mara.lind", request, "deny")).toEqual({ ok: null });
    await scenario.settle();
    await passOn();
    await sendAll();
    expect(lettersTo("mara")[0]?.raw).toContain("A denial was given in your name");
    expect(lettersTo("amara")[0]?.raw).toContain("2 things to know");
    expect(lettersTo("amara")[0]?.raw).toContain("is denied");
    expect(lettersTo("tomas")).toEqual([]);
  });

  test("an end that comes near, once for that end", async () => {
    const request = await awaiting();
    await judge(scenario, "mara.lind", request);
    await judge(scenario, "tomas.vidal", request);
    await scenario.settle();
    await scenario.database.admin`alter table charter.identities disable trigger all`;
    await scenario.database.admin`
      update charter.identities set state = 'live', ends_at = charter.clock() + interval '30 days 1 hour' where id = ${request}`;
    expect(await tellEndings(worker)).toBe(0);
    await scenario.database.admin`
      update charter.identities set ends_at = charter.clock() + interval '29 days' where id = ${request}`;
    await scenario.database.admin`alter table charter.identities enable trigger all`;
    expect(await tellEndings(worker)).toBe(1);
    expect(await tellEndings(worker)).toBe(0);
    await passOn();
    await sendAll();
    expect(lettersTo("amara").some(({ raw }) => raw.includes("ends on"))).toBe(true);
  });
});

test("what a worker asks by itself is in nobody's name, and keeps no other notice from going out", async () => {
  const identity = await awaiting();
  await judge(scenario, "mara.lind", identity);
  await judge(scenario, "tomas.vidal", identity);
  await scenario.settle();
  await scenario.database.admin.begin(async (tx) => {
    await tx`set local session_replication_role = replica`;
    await tx`update charter.identities set state = 'live', ends_at = charter.clock() - interval '1 hour' where id = ${identity}`;
  });
  const { db, installation } = worker;
  expect(await raiseRetirement(db, { identity, installation, condition: null })).toBe(true);
  await passOn();
  await sendAll();
  expect(letters.filter(({ raw }) => raw.includes("The retirement of"))).toEqual([]);
  expect(lettersTo("mara")[0]?.raw).toContain("in your name");
});

describe("what a person prefers", () => {
  const prefer = (value: unknown) =>
    scenario.database.web.execute(sql`
      insert into charter.preferences (person, name, value) values (${scenario.id("mara.lind")}::uuid, 'notices', ${JSON.stringify(value)}::jsonb)
      on conflict (tenant, person, name) do update set value = excluded.value`);

  test("none of a kind is none, but nothing silences what was done in their name", async () => {
    await prefer({ approval: "never", "in-your-name": "never" });
    const request = await awaiting();
    await passOn();
    await sendAll();
    expect(lettersTo("mara")).toEqual([]);
    await judge(scenario, "mara.lind", request, "deny");
    await scenario.settle();
    await passOn();
    await sendAll();
    expect(lettersTo("mara")[0]?.raw).toContain("in your name");
  });

  test("once a day is one mail with all of them, at the day's hour", async () => {
    await prefer({ approval: "daily" });
    await awaiting();
    await awaiting();
    await passOn();
    await sendAll();
    expect(lettersTo("mara")).toEqual([]);
    await scenario.database.setClock("25 hours");
    await sendAll();
    await scenario.database.setClock("0");
    expect(lettersTo("mara")).toHaveLength(1);
    expect(lettersTo("mara")[0]?.raw.match(/waits for a decision/g)).toHaveLength(2);
  });

  test("what cannot be read is no choice", async () => {
    await prefer(["approval"]);
    await awaiting();
    await passOn();
    await sendAll();
    expect(lettersTo("mara")).toHaveLength(1);
  });
});

describe("a server that does not take it", () => {
  test("puts it off: tried again later, not lost, and the others are told meanwhile", async () => {
    answer = 451;
    await awaiting();
    await passOn();
    await sendAll();
    expect(letters).toEqual([]);
    const open = (await rows()).filter(({ sent }) => !sent);
    expect(open.map(({ fault, over }) => [fault, over])).toContainEqual(["The mail server put it off (451).", false]);
    answer = 250;
    await sendAll();
    expect(letters).toEqual([]);
    await scenario.database.setClock("1 hour");
    await sendAll();
    await scenario.database.setClock("0");
    expect(letters).toHaveLength(3);
  });

  test("refuses it for an hour, as a relay that is set up wrongly: told once it is mended", async () => {
    answer = 550;
    await awaiting();
    await passOn();
    await sendAll();
    const refused = (await rows()).filter(({ fault }) => fault === "The mail server refused it (550).");
    expect(refused.map(({ over }) => over)).toEqual([false, false, false]);
    const seenBy = (person: string) => readNoticeSettings(scenario.database.web, scenario.as(person).actor);
    expect((await seenBy("ida.holm")).unsent).toMatchObject({ waiting: 3, fault: "The mail server refused it (550)." });
    expect((await seenBy("amara.obi")).unsent).toBeNull();
    answer = 250;
    await scenario.database.setClock("1 hour");
    await sendAll();
    await scenario.database.setClock("0");
    expect(letters).toHaveLength(3);
  });

  test("refuses it for three days: what is promised is tried on, the rest given up with its reason", async () => {
    answer = 554;
    await awaiting();
    await passOn();
    for (let hour = 0; hour <= 72; hour += 1) {
      await scenario.database.setClock(`${hour} hours`);
      await sendAll();
    }
    const refused = (await rows()).filter(({ fault }) => fault === "The mail server refused it (554).");
    expect(refused.map(({ kind, over }) => `${kind} ${over}`).sort()).toEqual([
      "approval true",
      "approval true",
      "in-your-name false",
    ]);
    answer = 250;
    await scenario.database.setClock("79 hours");
    await sendAll();
    await scenario.database.setClock("0");
    expect(letters.map(({ raw }) => raw)).toEqual([expect.stringContaining("was sent in your name")]);
  });

  test("until it is over: what was decided meanwhile is no longer told as waiting, and it is kept why", async () => {
    answer = 451;
    const request = await awaiting();
    await passOn();
    await sendAll();
    answer = 250;
    await judge(scenario, "mara.lind", request, "deny");
    await scenario.settle();
    await passOn();
    await scenario.database.setClock("1 hour");
    await sendAll();
    await scenario.database.setClock("0");
    expect(letters.filter(({ raw }) => raw.includes("waits for a decision"))).toEqual([]);
    expect(lettersTo("amara")[0]?.raw).toContain("is denied");
    const over = (await rows()).filter(({ fault }) => fault === "It was over before it was sent.");
    expect(over.map(({ kind, over }) => `${kind} ${over}`)).toEqual(["approval true", "approval true"]);
  });

  test.each([
    ["two in one", "tomas.vidal@acme.example, eve@elsewhere.example"],
    ["a name beside it", "Tomas <eve@elsewhere.example>"],
    ["nothing", ""],
  ])("an address that is not one plain address (%s) is sent nothing", async (_what, email) => {
    await awaiting();
    await passOn();
    const becomes = (address: string) =>
      scenario.database.admin.begin(async (tx) => {
        await tx`set local session_replication_role = replica`;
        await tx`update charter.people set email = ${address} where id = ${scenario.id("tomas.vidal")}`;
      });
    await becomes(email);
    await sendAll();
    await becomes("tomas.vidal@acme.example");
    expect(letters.flatMap(({ to }) => to).sort()).toEqual([
      expect.stringMatching(/^amara/),
      expect.stringMatching(/^mara/),
    ]);
    const kept = (await rows()).filter(({ sent, person }) => !sent && person === scenario.id("tomas.vidal"));
    expect(kept.map(({ fault }) => fault)).toContain("Charter knows no single address of this person to write to.");
  });

  test("somebody who has left is told nothing", async () => {
    await awaiting();
    await passOn();
    await scenario.database.admin`alter table charter.people disable trigger all`;
    await scenario.database.admin`update charter.people set active = false where name like 'Tom%'`;
    await sendAll();
    await scenario.database.admin`update charter.people set active = true where name like 'Tom%'`;
    await scenario.database.admin`alter table charter.people enable trigger all`;
    expect(lettersTo("tomas")).toEqual([]);
    expect(lettersTo("mara")).toHaveLength(1);
  });
});

describe("two workers, and one that dies", () => {
  test("never send the same twice, and tell each entry once", async () => {
    await awaiting();
    const sealer = { db: worker.db, key: worker.checkpointKey, anchor: null };
    while ((await sealOnce(sealer)) !== null);
    await Promise.all([tellNews(worker), tellNews(worker), tellNews(worker)]);
    await passOn();
    await Promise.all([sendDue(worker), sendDue(worker), sendDue(worker)]);
    expect(letters).toHaveLength(3);
    expect(posts).toHaveLength(2);
  });

  test("what a dead worker had taken is sent by another, once its time is over", async () => {
    await awaiting();
    await passOn();
    expect(await takeDue(worker.db, { receivers: 20, leaseMs: 300_000 })).not.toEqual([]);
    await sendAll();
    expect(letters).toEqual([]);
    await scenario.database.setClock("6 minutes");
    await sendAll();
    await scenario.database.setClock("0");
    expect(letters).toHaveLength(3);
  });
});

describe("a webhook", () => {
  test("gets each notice once, signed so that anybody with the key can check it", async () => {
    const request = await awaiting();
    await passOn();
    await sendAll();
    expect(posts).toHaveLength(2);
    const kinds = posts.map(({ headers, body }) => {
      const signed = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
      expect(() => new Webhook(secret).verify(body, signed)).not.toThrow();
      expect(() => new Webhook(secret).verify(`${body} `, signed)).toThrow();
      return JSON.parse(body);
    });
    expect(kinds.map(({ type }) => type).sort()).toEqual(["charter.approval", "charter.in-your-name"]);
    const [approval, inName] = kinds.sort((a, b) => a.type.localeCompare(b.type));
    expect(approval.data.url).toBe(`http://localhost:3000/requests/${request}`);
    const person = (name: string) => ({
      id: scenario.id(name),
      name: expect.any(String),
      email: `${name}@acme.example`,
    });
    const at = expect.stringMatching(/^\d{4}-.*T/);
    expect(approval.data).toMatchObject({ actor: "System", at, people: [person("mara.lind"), person("tomas.vidal")] });
    expect(inName.data).toMatchObject({ actor: person("amara.obi"), at, people: [person("amara.obi")] });
  });

  test("that redirects is not followed, and tried again", async () => {
    status = 302;
    await awaiting();
    await passOn();
    await sendAll();
    expect(posts).toHaveLength(2);
    const open = (await rows()).filter(({ person, sent }) => person === null && !sent);
    expect(open.map(({ fault }) => fault)).toEqual(["The webhook answered 302.", "The webhook answered 302."]);
  });

  test("that is not there is tried a few times a turn, however much waits for it, and gets all of it once it is back", async () => {
    status = 0;
    for (let at = 0; at < 8; at += 1) await awaiting();
    await passOn();
    await sendAll();
    expect(posts.length).toBeLessThanOrEqual(4);
    status = 200;
    posts.length = 0;
    await scenario.database.setClock("1 hour");
    await sendAll();
    await scenario.database.setClock("0");
    expect(posts).toHaveLength(16);
  });

  test("that is gone is given up", async () => {
    status = 410;
    await awaiting();
    await passOn();
    await sendAll();
    const over = (await rows()).filter(({ fault }) => fault === "The webhook says that it is gone (410).");
    expect(over.map(({ over }) => over)).toEqual([true, true]);
  });
});

test("with nothing configured nothing is written, and history is not told once it is", async () => {
  const before = (await rows()).length;
  await awaiting();
  await passOn(scenario.worker);
  await passOn();
  expect(await rows()).toHaveLength(before);
});

test.each([
  [
    "a mail server elsewhere without TLS",
    { mail: { from: "a@b.example", host: "mail.acme.example", port: 25, tls: "off" } },
  ],
  [
    "a user without a password",
    { mail: { from: "a@b.example", host: "mail.acme.example", port: 587, user: "charter" } },
  ],
  ["a webhook over plain http", { webhooks: [{ name: "siem", url: "http://siem.acme.example/", signs: "env:X" }] }],
  ["a secret in the file", { webhooks: [{ name: "siem", url: "https://siem.acme.example/", signs: "c2VjcmV0" }] }],
])("the configuration refuses %s", (_, part) => {
  const whole = { ...JSON.parse(JSON.stringify(scenario.worker.config)), ...part };
  expect(configSchema.safeParse(whole).success).toBe(false);
});

test("what was told is kept for a year and forgotten then, and what waits is not", async () => {
  await awaiting();
  await passOn();
  await sendAll();
  answer = 451;
  await awaiting();
  await passOn();
  await sendAll();
  const before = (await rows()).length;
  expect(await forgetTold(worker)).toBe(0);
  await scenario.database.setClock("401 days");
  expect(await forgetTold(worker)).toBeGreaterThan(0);
  await scenario.database.setClock("0");
  const left = await rows();
  expect(left.length).toBeLessThan(before);
  expect(left.filter(({ sent, person }) => !sent && person !== null)).toHaveLength(3);
});
