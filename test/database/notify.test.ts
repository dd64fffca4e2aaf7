import { afterAll, beforeAll, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { listen, notify } from "#db/notify.ts";
import { type TestDatabase, testDatabase } from "#test/support/database.ts";

let t: TestDatabase;
beforeAll(async () => {
  t = await testDatabase();
});
afterAll(() => t.close());

it("many hints at once become two: the first at once, one for the rest, and none is lost at the end", async () => {
  const heard: string[] = [];
  const listener = openDatabase(t.webUrl, { applicationName: "l", max: 1 });
  const sender = openDatabase(t.workerUrl, { applicationName: "s", max: 1 });
  const stop = await listen(listener.sql, "facts", () => heard.push("facts"));
  const other = await listen(listener.sql, "claims", () => heard.push("claims"));
  heard.length = 0;
  for (let i = 0; i < 500; i++) notify(sender.sql, "facts");
  await until(() => heard.length >= 2);
  expect(heard).toEqual(["facts", "facts"]);
  notify(sender.sql, "claims");
  await until(() => heard.includes("claims"));
  await stop();
  await other();
  await Promise.all([listener.close(), sender.close()]);
});

it("a hint that cannot be sent is dropped", async () => {
  const closed = openDatabase(t.workerUrl, { applicationName: "s", max: 1 });
  await closed.close();
  expect(() => notify(closed.sql, "facts")).not.toThrow();
  await new Promise((resolve) => setImmediate(resolve));
});

async function until(is: () => boolean): Promise<void> {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
}
