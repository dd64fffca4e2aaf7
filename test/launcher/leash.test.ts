import { spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const leash = fileURLToPath(new URL("../../scripts/launcher/leash.mjs", import.meta.url));

/** A child as the launcher starts them, that runs `source`. */
const leashed = (source: string) =>
  spawn(process.execPath, ["--import", leash, "--input-type=module", "-e", source], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });

test("a child that has nothing left to do ends by itself, also when it listens for messages", async () => {
  const child = leashed('process.on("message", () => {}); process.send("began");');
  await once(child, "message");
  const [code] = await once(child, "exit");
  expect(code).toBe(0);
});

test("a child whose launcher is gone is told to end, and ends when it does not listen", async () => {
  const child = leashed('process.on("SIGTERM", () => {}); setInterval(() => {}, 1000); process.send("began");');
  await once(child, "message");
  child.disconnect();
  const [code] = await once(child, "exit");
  expect(code).toBe(1);
});
