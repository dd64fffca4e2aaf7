import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import { openDatabase } from "#db/client.ts";
import { listen, notify } from "#db/notify.ts";
import { startCluster } from "#lib/embedded-postgres/cluster.mjs";

const folder = mkdtempSync(join(tmpdir(), "charter-listen-"));
chmodSync(folder, 0o711);
const stops: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop();
  rmSync(folder, { recursive: true, force: true });
});

it("hears again after the server was away for longer than a few tries to reach it", async () => {
  const options = { folder: join(folder, "pg"), password: "test", durable: false };
  const first = await startCluster(options);
  const listener = openDatabase(first.url(), { applicationName: "l", max: 1 });
  const sender = openDatabase(first.url(), { applicationName: "s", max: 1 });
  let heard = 0;
  const stop = await listen(listener.sql, "claims", () => {
    heard += 1;
  });
  stops.push(listener.close, sender.close, stop);
  await first.stop();
  await pause(4_000);
  heard = 0;
  const again = await startCluster({ ...options, port: first.port });
  stops.unshift(again.stop);
  while (heard === 0) await pause(20);
  heard = 0;
  notify(sender.sql, "claims");
  while (heard === 0) await pause(20);
  expect(heard).toBe(1);
}, 60_000);
