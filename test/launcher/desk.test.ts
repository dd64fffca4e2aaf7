import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openClock } from "../../scripts/launcher/clock.mjs";
import { openDesk } from "../../scripts/launcher/desk.mjs";
import { type TestDatabase, testDatabase } from "../support/database.ts";

describe("the launcher's desk", () => {
  let desk: Awaited<ReturnType<typeof openDesk>>;
  beforeAll(async () => {
    desk = await openDesk({
      greet: async ({ name }: { name: string }) => ({ said: `Hello ${name}` }),
      refuse: async () => {
        throw new Error("Not today.");
      },
    });
  });
  afterAll(() => desk.close());

  const post = async (url: string, body = "{}") => {
    const answer = await fetch(url, { method: "POST", body });
    return [answer.status, await answer.json()];
  };

  test("is found by nobody who was not told its address", async () => {
    const { origin } = new URL(desk.address);
    for (const path of ["/", "/greet", `/${"a".repeat(32)}/greet`]) expect((await post(origin + path))[0]).toBe(404);
    expect(new URL(desk.address).hostname).toBe("127.0.0.1");
  });
  test("does what it has by POST alone, and nothing it has not", async () => {
    expect((await fetch(`${desk.address}/greet`)).status).toBe(404);
    expect((await post(`${desk.address}/toString`))[0]).toBe(404);
    expect(await post(`${desk.address}/greet`, '{"name":"Ida"}')).toEqual([200, { said: "Hello Ida" }]);
  });
  test("tells a refusal in its own sentence, and reads at most 64 kB", async () => {
    expect(await post(`${desk.address}/refuse`)).toEqual([400, { sentence: "Not today." }]);
    expect((await post(`${desk.address}/greet`, `{"name":"${"x".repeat(70_000)}"}`))[0]).toBe(400);
  });
});

describe("the demo's clock", () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await testDatabase();
  });
  afterAll(() => database.close());

  test("begins in the past, goes on, never back, and tells every move", async () => {
    const told: number[] = [];
    const ahead = async () => {
      const [row] = await database.admin`select extract(epoch from ahead)::float8 as seconds from charter.clock_offset`;
      return row?.seconds;
    };
    const clock = await openClock(database.migrateUrl, (seconds: number) => told.push(seconds));
    try {
      expect(clock.ahead()).toBe(0);
      await clock.begin(-86_400);
      await expect(clock.set(-86_401)).rejects.toThrow("The clock is not set back.");
      expect(await ahead()).toBe(-86_400);
      await clock.set(-86_400);
      await clock.set(5_184_000);
      expect(await ahead()).toBe(5_184_000);
      expect(told).toEqual([-86_400, -86_400, 5_184_000]);
    } finally {
      await clock.close();
    }
  });
});
