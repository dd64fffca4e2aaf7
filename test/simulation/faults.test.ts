import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Faults } from "#lib/simulation/faults.ts";
import { type Simulator, serve, type Wire } from "#lib/simulation/server.ts";

interface Counter {
  count: number;
}
const wire: Wire<Counter> = {
  empty: () => ({ count: 0 }),
  operationOf: ({ method }) => (method === "GET" ? "Read" : "Add"),
  isRead: (operation) => operation === "Read",
  answer: ({ operation, state }) => {
    if (operation === "Add") state.count += 1;
    return { status: 200, body: String(state.count) };
  },
  failure: (kind) => ({ status: 503, body: kind }),
};

let simulator: Simulator<Counter>;
let clock = 0;
beforeAll(async () => {
  simulator = await serve(wire, { port: 0, now: () => new Date(clock) });
});
afterEach(() => simulator.clearFaults());
afterAll(() => simulator.stop());

const call = async (method: "GET" | "POST"): Promise<string> =>
  fetch(simulator.url, { method }).then(
    (response) => response.text(),
    () => "no answer",
  );
const count = () => simulator.world().count;

test("a reset before is not executed, a reset after is", async () => {
  const before = count();
  simulator.fault({ operation: "Add", effect: { kind: "reset", when: "before" } });
  expect(await call("POST")).toBe("no answer");
  expect(count()).toBe(before);
  simulator.fault({ operation: "Add", effect: { kind: "reset", when: "after" } });
  expect(await call("POST")).toBe("no answer");
  expect(count()).toBe(before + 1);
});

test("a late call is executed after its caller has given up", async () => {
  const before = count();
  simulator.fault({ operation: "Add", effect: { kind: "late", ms: 60 } });
  expect(await call("POST")).toBe("no answer");
  expect(count()).toBe(before);
  await expect.poll(count).toBe(before + 1);
});

test("a flapping read tells old and new in turn, a write none of it", async () => {
  simulator.fault({ effect: { kind: "flap", ms: 10_000 }, times: null });
  const before = count();
  await call("POST");
  expect([await call("GET"), await call("GET"), await call("GET")].map(Number)).toEqual([before, before + 1, before]);
});

test("a lagging read catches up", async () => {
  clock += 1000;
  simulator.fault({ effect: { kind: "stale", ms: 40 }, times: null });
  const before = count();
  await call("POST");
  expect(Number(await call("GET"))).toBe(before);
  clock += 39;
  expect(Number(await call("GET"))).toBe(before);
  clock += 2;
  expect(Number(await call("GET"))).toBe(before + 1);
});

test("a rule skips, hits as often as it says, and is gone", () => {
  const faults = new Faults();
  faults.add({ operation: "Add", effect: { kind: "throttle" }, skip: 1, times: 2 });
  const hits = Array.from({ length: 5 }, () => faults.take("Add", false).length);
  expect(hits).toEqual([0, 1, 1, 0, 0]);
  expect(faults.take("Read", true)).toEqual([]);
});

test("a rule for one operation lets every other pass", () => {
  const faults = new Faults();
  faults.add({ operation: "Add", effect: { kind: "throttle" } });
  expect(faults.take("Remove", false)).toEqual([]);
  expect(faults.take("Add", false)).toEqual([{ kind: "throttle" }]);
});

test.each(["stale", "flap"] as const)("a %s view needs the past, and no write meets it", (kind) => {
  const faults = new Faults();
  faults.add({ effect: { kind: "throttle" }, operation: "Other" });
  expect(faults.needsHistory).toBe(false);
  faults.add({ effect: { kind, ms: 10 } });
  expect(faults.needsHistory).toBe(true);
  expect(faults.take("Add", false)).toEqual([]);
  expect(faults.take("Read", true)).toEqual([{ kind, ms: 10 }]);
  expect(faults.needsHistory).toBe(false);
});

test("the same seed draws the same faults", () => {
  const drawn = (seed: number) => {
    const faults = new Faults();
    faults.add({ effect: { kind: "throttle" }, times: null, chance: 0.3, seed });
    return Array.from({ length: 50 }, () => faults.take("Add", false).length).join("");
  };
  expect(drawn(7)).toBe(drawn(7));
  expect(drawn(7)).not.toBe(drawn(8));
  expect(drawn(7)).toBe("11000001001100101010101111001000000001100110000000");
});

test("rules arrive over HTTP, and a wrong one is refused", async () => {
  const post = (body: string) => fetch(`${simulator.url}/_simulator/faults`, { method: "POST", body });
  expect((await post('{"operation":"Add","effect":{"kind":"throttle"}}')).status).toBe(200);
  expect(await call("POST")).toBe("throttle");
  expect((await post('{"effect":{"kind":"meteor"}}')).status).toBe(400);
  expect((await fetch(`${simulator.url}/_simulator/faults`, { method: "DELETE" })).status).toBe(200);
});

test("a rule for changing calls alone lets every read pass", async () => {
  const before = count();
  simulator.fault({ changing: true, effect: { kind: "reset", when: "after" } });
  expect(await call("GET")).toBe(String(before));
  expect(await call("POST")).toBe("no answer");
  expect(count()).toBe(before + 1);
});

test("a world that is set ahead dates by its own time, and tells when a call arrived by the machine's", async () => {
  let ahead = -3_600_000;
  const told: Wire<Counter> = {
    ...wire,
    answer: ({ now, arrivedAt }) => ({ status: 200, body: `${now.getTime()} ${arrivedAt.getTime()}` }),
  };
  const other = await serve(told, { port: 0, now: () => new Date(5_000_000), ahead: () => ahead });
  const times = async () => (await fetch(other.url)).text();
  try {
    expect(await times()).toBe("1400000 5000000");
    ahead = 1_000;
    expect(await times()).toBe("5001000 5000000");
  } finally {
    await other.stop();
  }
});
