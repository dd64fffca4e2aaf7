import { afterEach, describe, expect, test, vi } from "vitest";
import { whyNoCall } from "#lib/web/call.ts";
import { tameConsole } from "#lib/web/printed.ts";

const origin = "http://localhost:3000";
const sent = (id: string, body = "[]") =>
  whyNoCall(
    new Request(`${origin}/sign-in`, {
      method: "POST",
      headers: { origin, "content-type": "text/plain", "next-action": id },
      body,
    }),
    origin,
  );

test.each(["7f00", "x", "7F".repeat(21), "7f".repeat(22), `${"7f".repeat(20)}..`])(
  "an action called %s is refused before the framework sees it",
  async (id) => expect(await sent(id)).toMatchObject({ status: 400 }),
);
test("an action of the right shape goes on", async () => expect(await sent("7f".repeat(21))).toBeNull());

test("a form is as deep as 20, not 21, whatever it ends in", async () => {
  const nested = (depth: number, end: string) => `${"[".repeat(depth)}${end}${"]".repeat(depth)}`;
  for (const end of ["1", "null", "true", '"a"']) {
    expect(await sent("7f".repeat(21), nested(20, end))).toBeNull();
    expect(await sent("7f".repeat(21), nested(21, end))).toMatchObject({ status: 400 });
  }
});

describe("what the framework prints", () => {
  const kept = { error: console.error, warn: console.warn };
  afterEach(() => void Object.assign(console, kept));

  test("is a fault when it is an error, and one short line when it warns of an action that is not there", () => {
    const lines: Record<string, unknown>[] = [];
    const write = vi
      .spyOn(process.stderr, "write")
      .mockImplementation((line) => lines.push(JSON.parse(String(line))) > 0);
    tameConsole();
    console.warn(new Error("Failed to find Server Action."));
    console.error(new Error("broken"));
    write.mockRestore();
    expect(lines).toMatchObject([
      { event: "framework", level: "warning", message: "Failed to find Server Action." },
      { event: "fault", message: "broken" },
    ]);
    expect(lines[0]).not.toHaveProperty("stack");
  });
});
