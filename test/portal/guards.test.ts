import { describe, expect, test, vi } from "vitest";
import { bounded } from "#lib/web/bounded.ts";
import { busy, readBusy } from "#lib/web/busy.ts";
import { whyNoCall } from "#lib/web/call.ts";
import { cookieName, cookieOptions } from "#lib/web/cookies.ts";
import { newLoad, whyNoMore, whyNotNow } from "#lib/web/load.ts";
import { gesture, newKey } from "#lib/web/proof.ts";
import { localPath } from "#lib/web/redirect.ts";
import { NotFit, readSettings, workerVariables } from "#lib/web/settings.ts";

const origin = "https://charter.example";
const action = "7f".repeat(21);

describe("what is posted", () => {
  interface Posted {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string | null>>;
    readonly body?: BodyInit | null;
  }
  const answer = ({ method = "POST", headers = {}, body = "[]" }: Posted) => {
    const sent = { origin, "content-type": "text/plain;charset=UTF-8", "next-action": action, ...headers };
    const kept = Object.entries(sent).filter((entry): entry is [string, string] => entry[1] !== null);
    const content = method === "GET" ? {} : { body, duplex: "half" as const };
    return whyNoCall(new Request(`${origin}/requests`, { method, headers: new Headers(kept), ...content }), origin);
  };
  const nothing = { status: 405, sentence: "Nothing is sent to this address." };
  const foreign = {
    status: 403,
    sentence: "This was sent from another address than the portal's own. Open the portal there.",
  };
  const unread = "Only what the portal's own pages send is read.";
  const tooMuch = { status: 413, sentence: "That is more than a form may send." };

  test("by a page of ours goes on", async () => expect(await answer({})).toBeNull());
  test("otherwise than posted, or to no action, is nothing", async () => {
    expect(await answer({ method: "GET" })).toEqual(nothing);
    expect(await answer({ method: "PUT" })).toEqual(nothing);
    expect(await answer({ headers: { "next-action": null } })).toEqual(nothing);
  });
  test("from anywhere else, or without saying from where, is refused before anything of it is read", async () => {
    for (const from of [
      null,
      "null",
      "https://evil.example",
      `${origin}.evil.example`,
      `${origin}/`,
      "http://charter.example",
    ])
      expect(await answer({ headers: { origin: from, "next-action": null } })).toEqual(foreign);
  });
  test("to an action that is none, or as another kind of content, is not read", async () => {
    for (const id of [`${action}0`, action.slice(1), `x${action}`, action.toUpperCase()])
      expect(await answer({ headers: { "next-action": id } })).toEqual({ status: 400, sentence: unread });
    for (const type of [null, "application/json", "multipart/form-data; boundary=text/plain", "x text/plain"])
      expect(await answer({ headers: { "content-type": type }, body: new Uint8Array([91, 93]) })).toEqual({
        ...{ status: 415, sentence: unread },
      });
  });
  test("is at most 256 KiB, whatever its length is said to be, and however it comes", async () => {
    const ofLength = (length: number) => `["${"x".repeat(length - 4)}"]`;
    expect(await answer({ body: ofLength(262_144) })).toBeNull();
    expect(await answer({ body: ofLength(262_145) })).toEqual(tooMuch);
    expect(await answer({ headers: { "content-length": "262145" } })).toEqual(tooMuch);
    expect(await answer({ headers: { "content-length": "262144" } })).toBeNull();
    expect(await answer({ body: null })).toMatchObject({ status: 400 });
    const pieces = [new TextEncoder().encode('["é'), new TextEncoder().encode('"]')];
    const [first = new Uint8Array(), second = new Uint8Array()] = pieces;
    const cut = [first.subarray(0, 3), first.subarray(3), second];
    const stream = new ReadableStream({
      start(to) {
        for (const piece of cut) to.enqueue(piece);
        to.close();
      },
    });
    expect(await answer({ body: stream })).toBeNull();
  });
  test("is a list in plain JSON, with no reference of the framework's but undefined, and not deep", async () => {
    const refused = { status: 400, sentence: unread };
    for (const body of [
      "",
      "{",
      "{}",
      "null",
      '"x"',
      "\ufeff[]",
      '["$F1"]',
      '["$"]',
      '[{"a":["$Q2"]}]',
      '["$undefinedX"]',
    ])
      expect(await answer({ body })).toEqual(refused);
    for (const body of ['["$$x"]', '["$undefined"]', '[1,null,true,{"a":"b$"}]'])
      expect(await answer({ body })).toBeNull();
    const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
    expect([await answer({ body: deep(20) }), await answer({ body: deep(21) })]).toEqual([null, refused]);
    expect(await answer({ body: `[${"[".repeat(18)}{"a":[]}${"]".repeat(19)}` })).toEqual(refused);
  });
});

test("what comes from outside is of bounded depth, width and length", () => {
  const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)]);
  expect([bounded(nested(16)), bounded(nested(17))]).toEqual([true, false]);
  expect([bounded("x".repeat(65_536)), bounded("x".repeat(65_537))]).toEqual([true, false]);
  const list = (length: number) => Array.from({ length }, () => 0);
  expect([bounded(list(1_000)), bounded(list(1_001))]).toEqual([true, false]);
  const keyed = (length: number) => Object.fromEntries(list(length).map((one, key) => [`k${key}`, one]));
  expect([bounded(keyed(1_000)), bounded(keyed(1_001))]).toEqual([true, false]);
  expect(bounded(["x", "x".repeat(65_537)])).toBe(false);
  expect([bounded(null), bounded(5), bounded(undefined), bounded({ a: ["x".repeat(65_537)] })]).toEqual([
    ...[true, true, true, false],
  ]);
});

test("cookies are pinned to the host over TLS, and out of reach of scripts", () => {
  expect(cookieName(new URL("https://a.example"), "session")).toBe("__Host-charter-session");
  expect(cookieName(new URL("http://localhost"), "session")).toBe("charter-session");
  const common = { httpOnly: true, sameSite: "lax", path: "/" };
  expect(cookieOptions(new URL("https://a.example"))).toEqual({ ...common, secure: true });
  expect(cookieOptions(new URL("http://localhost"))).toEqual({ ...common, secure: false });
});

describe("where sign-in returns to", () => {
  test.each([
    ["/a?b#c", "/a?b#c"],
    [origin, "/"],
    [`${origin}/a?x=%2f`, "/a?x=%2f"],
    [`${origin}.evil.example/a`, "/"],
    [`/${"a".repeat(1_999)}`, `/${"a".repeat(1_999)}`],
    [`/${"a".repeat(2_000)}`, "/"],
    ["/a%2Fb", "/"],
    ["/a%5cb", "/"],
    ["/a%0ab", "/"],
    ["/a%1Fb", "/"],
    ["/a%20b", "/a%20b"],
    ["/a b", "/"],
    ["/a\u007fb", "/"],
    ["/a#%2f", "/a#%2f"],
    ["a", "/"],
    ["//a", "/"],
    ["/x/..//evil.example", "/"],
    ["", "/"],
  ])("%j leads to %j", (wanted, path) => expect(localPath(wanted, origin)).toBe(path));
  test("nothing leads to the start page", () => {
    expect([localPath(null, origin), localPath(undefined, origin)]).toEqual(["/", "/"]);
  });
});

describe("what the web is started with", () => {
  const whole = {
    CHARTER_WEB_DATABASE_URL: "postgres://charter_web:x@db.example/charter",
    CHARTER_PUBLIC_URL: origin,
    AUTH_SECRET: "s".repeat(32),
    AUTH_ISSUER: "https://id.example",
    AUTH_CLIENT_ID: "charter",
    AUTH_CLIENT_SECRET: "secret",
  };
  const demo = { ...whole, CHARTER_DEMO: "1", CHARTER_PUBLIC_URL: "http://localhost:3000" };
  const read = (environment: Readonly<Record<string, string>>) => {
    const outcome = readSettings(environment);
    return "ok" in outcome ? outcome.ok : outcome.problems;
  };
  test("is read as it is written, with limits where none are named", () => {
    expect(read(whole)).toEqual({
      databaseUrl: whole.CHARTER_WEB_DATABASE_URL,
      publicUrl: new URL(origin),
      authSecret: whole.AUTH_SECRET,
      issuer: whole.AUTH_ISSUER,
      clientId: "charter",
      clientSecret: "secret",
      demo: false,
      demoDesk: null,
      limits: { requestsAtOnce: 500, callsAMinute: 600 },
    });
    expect(read({ ...whole, CHARTER_REQUESTS_AT_ONCE: "1", CHARTER_CALLS_A_MINUTE: "2" })).toMatchObject({
      limits: { requestsAtOnce: 1, callsAMinute: 2 },
    });
  });
  test("says what is wrong, by name", () => {
    const wrong = {
      CHARTER_WEB_DATABASE_URL: ["mysql://db", "xpostgres://db", "postgresx://db"],
      CHARTER_PUBLIC_URL: ["ftp://a", "xhttp://a", "httpsx://a"],
      AUTH_ISSUER: ["ftp://a", "xhttps://a"],
      AUTH_CLIENT_ID: [""],
      AUTH_CLIENT_SECRET: [""],
      CHARTER_REQUESTS_AT_ONCE: ["0", "1.5", "x"],
      CHARTER_CALLS_A_MINUTE: ["0"],
      CHARTER_DEMO: ["2"],
      CHARTER_DEMO_DESK: [
        "https://localhost:1",
        "http://localhost.evil:1",
        "http://xlocalhost:1",
        "http://127x0x0x1:1",
      ],
    };
    for (const [name, values] of Object.entries(wrong))
      for (const value of values)
        expect(read({ ...whole, [name]: value })).toEqual([`${name} is missing or not valid.`]);
    expect(read({ ...whole, CHARTER_WEB_DATABASE_URL: "postgresql://db/x" })).toHaveProperty("demo", false);
  });
  test("has a desk only in the demo, which serves localhost", () => {
    const desk = { CHARTER_DEMO_DESK: "http://127.0.0.1:9" };
    expect(read({ ...demo, ...desk })).toMatchObject({ demo: true, demoDesk: desk.CHARTER_DEMO_DESK });
    expect(read(demo)).toMatchObject({ demo: true, demoDesk: null });
    expect(read({ ...whole, ...desk })).toMatchObject({ demo: false, demoDesk: null });
    expect(read({ ...demo, CHARTER_PUBLIC_URL: origin })).toEqual([
      "The demo serves http://localhost alone; CHARTER_PUBLIC_URL names another host.",
    ]);
  });
  test("is read once a process, and what is wrong is thrown by whatever asks", async () => {
    vi.resetModules();
    const { settings, NotFit: OwnNotFit } = await import("#lib/web/settings.ts");
    for (const name of [...Object.keys(whole), ...workerVariables(process.env)]) vi.stubEnv(name, undefined);
    expect(settings).toThrow(OwnNotFit);
    for (const [name, value] of Object.entries(whole)) vi.stubEnv(name, value);
    const { clientId } = settings();
    vi.stubEnv("AUTH_CLIENT_ID", "another");
    expect([clientId, settings().clientId]).toEqual(["charter", "charter"]);
    vi.unstubAllEnvs();
  });
  test("has nothing of the worker's in it", () => {
    expect(read({ ...whole, AWS_REGION: "x" })).toEqual(["AWS_REGION belongs to the worker; the web must not see it."]);
    const others = { CHARTER_CONFIGURED: "x", MY_AWS_KEY: "x", CHARTER_CONFIG: undefined };
    expect(workerVariables(others)).toEqual([]);
    const problems = ["One.", "Two."];
    expect(new NotFit(problems)).toMatchObject({ name: "NotFit", message: "One. Two.", problems });
  });
});

describe("a gesture", () => {
  const sent = {
    ...{
      challengeId: "0f".repeat(32),
      credentialId: "a-_9",
      authenticatorData: "a",
      clientDataJSON: "a",
      signature: "a",
    },
  };
  const takes = (change: object) => gesture.safeParse({ ...sent, ...change }).success;
  test("is what a browser sends, of bounded length, and nothing else", () => {
    expect([gesture.safeParse(undefined).success, takes({})]).toEqual([true, true]);
    for (const [name, most] of [
      ["credentialId", 1400],
      ["authenticatorData", 4000],
      ["clientDataJSON", 4000],
      ["signature", 4000],
    ] as const) {
      expect([takes({ [name]: "a".repeat(most) }), takes({ [name]: "a".repeat(most + 1) })]).toEqual([true, false]);
      for (const odd of ["", "a=", "é", "a\n", " a"]) expect(takes({ [name]: odd })).toBe(false);
    }
    for (const odd of ["0f".repeat(31), "0f".repeat(33), "0F".repeat(32), `x${"0f".repeat(32)}`])
      expect(takes({ challengeId: odd })).toBe(false);
    expect(takes({ more: 1 })).toBe(false);
  });
  test("of a new key is bounded as well", () => {
    const { credentialId, clientDataJSON, challengeId } = sent;
    const key = { challengeId, credentialId, clientDataJSON, attestationObject: "a", transports: ["usb"], code: "x" };
    const takesKey = (change: object) => newKey.safeParse({ ...key, ...change }).success;
    expect(takesKey({})).toBe(true);
    expect([takesKey({ attestationObject: "a".repeat(8001) }), takesKey({ code: "x".repeat(61) })]).toEqual([
      false,
      false,
    ]);
    expect([takesKey({ attestationObject: "a".repeat(8000) }), takesKey({ code: "x".repeat(60) })]).toEqual([
      true,
      true,
    ]);
    const usb = (count: number, length: number) => ({ transports: Array(count).fill("u".repeat(length)) });
    expect([takesKey(usb(8, 20)), takesKey(usb(9, 1)), takesKey(usb(1, 21)), takesKey({ more: 1 })]).toEqual([
      ...[true, false, false, false],
    ]);
    for (const [name, most] of [
      ["credentialId", 1400],
      ["clientDataJSON", 4000],
    ] as const)
      expect([takesKey({ [name]: "a".repeat(most) }), takesKey({ [name]: "a".repeat(most + 1) })]).toEqual([
        true,
        false,
      ]);
  });
});

describe("a busy portal", () => {
  test("says so, and is understood from its sentence alone", () => {
    expect(busy(503, 2)).toEqual({
      ...{ status: 503, again: 2, sentence: "The portal is busy. Nothing was changed; try again in 2 seconds." },
    });
    expect(busy(429, 1).sentence).toBe(
      "You have sent more than the portal takes from one session in a minute. Nothing was changed; try again in 1 second.",
    );
    for (const one of [busy(503, 1), busy(429, 9_999)]) expect(readBusy(one.sentence)).toEqual(one);
    for (const text of [
      "",
      "try again in 2 seconds.",
      "Something else; try again in 2 seconds.",
      "The portal is busy. Nothing was changed; try again.",
      `${busy(503, 2).sentence} x`,
    ])
      expect(readBusy(text)).toBeNull();
  });
  test("answers as many at once as it says", () => {
    const limits = { requestsAtOnce: 2, callsAMinute: 3 };
    expect(whyNotNow({ ...newLoad(), answering: 2 }, limits)).toBeNull();
    expect(whyNotNow({ ...newLoad(), answering: 3 }, limits)).toEqual(busy(503, 2));
  });
  test("forgets sessions whose allowance is whole before it forgets others", () => {
    const load = newLoad();
    const limits = { requestsAtOnce: 1, callsAMinute: 2 };
    const call = (session: string, now: number) => whyNoMore(load, { session, limits, now });
    for (let i = 0; i < 9_999; i += 1) call(`s${i}`, 0);
    for (let i = 0; i < 2; i += 1) call("late", 60_000);
    expect(load.allowances.size).toBe(10_000);
    expect(call("new", 60_000)).toBeNull();
    expect([...load.allowances.keys()]).toEqual(["late", "new"]);
    expect(call("late", 60_000)).toEqual(busy(429, 30));
  });
});
