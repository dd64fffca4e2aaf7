import { afterAll, beforeAll, expect, test } from "vitest";
import { actions, inputs } from "./http-entries.ts";
import { callOf, type Received, verdictOf } from "./http-portal.ts";
import { openWorld, type World } from "./http-world.ts";

const allowance = 3;
let world: World;
beforeAll(async () => {
  world = await openWorld({ CHARTER_REQUESTS_AT_ONCE: "2", CHARTER_CALLS_A_MINUTE: String(allowance) });
});
afterAll(() => world?.close());

const page = () => world.portal.send({ path: "/requests", session: world.session.requester });

/** What a session sends: a remark on its own request; without `origin`, as another site would. */
function remark(session: string, origin = true): Promise<Received> {
  const name = "(portal)/requests comment";
  const action = actions().find((one) => one.name === name) ?? expect.fail("no action comment");
  const sent = callOf({ ...action, input: inputs[name]?.(world.own, world.person), session });
  const headers = { ...sent.headers, ...(origin ? {} : { origin: "https://evil.example" }) };
  return world.portal.send({ ...sent, headers });
}

const comments = async (): Promise<number> =>
  (await world.admin`select count(*)::int as n from charter.comments`)[0]?.n as number;

test("more pages at once than the limit are sent away with 503, health is answered, and afterwards all is well", async () => {
  const answers: Received[] = [];
  for (let round = 0; round < 20 && !answers.some(({ status }) => status === 503); round += 1)
    answers.push(...(await Promise.all([page(), page(), page(), page()])));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 503]));
  const away = answers.find(({ status }) => status === 503);
  expect(away?.text).toMatch(/^The portal is busy\. Nothing was changed/);
  expect(away?.headers["retry-after"]).toBe("2");
  const health = await Promise.all([1, 2, 3, 4].map(() => world.portal.send({ path: "/api/health" })));
  expect(health.every(({ text }) => text.startsWith("{"))).toBe(true);
  expect((await page()).status).toBe(200);
});

test("a session's calls beyond its allowance are sent away with 429 and change nothing; another session's are taken", async () => {
  const { requester, owner } = world.session;
  for (let i = 0; i < 2 * allowance; i += 1) expect((await remark(String(requester), false)).status).toBe(403);
  for (let i = 0; i < allowance; i += 1) expect(verdictOf(await remark(String(requester)))).toBe("taken");
  const before = await comments();
  const away = await remark(String(requester));
  expect(away.status).toBe(429);
  expect(away.text).toMatch(/^You have sent more .* Nothing was changed; try again in \d+ seconds?\.$/);
  expect(away.headers["content-type"]).toBe("text/plain");
  expect(Number(away.headers["retry-after"])).toBeGreaterThan(0);
  expect(await comments()).toBe(before);
  expect(verdictOf(await remark(String(owner)))).toBe("taken");
});
