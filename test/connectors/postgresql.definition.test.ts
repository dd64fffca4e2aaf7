import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { blueprintSchema, type ReachPack, reachPackSchema } from "#lib/connectors/blueprint.ts";
import { postgresql } from "#lib/connectors/postgresql/index.ts";
import { scramVerifier } from "#lib/connectors/postgresql/scram.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import { intentOf } from "./postgresql.world.ts";

const folder = new URL("../../lib/connectors/postgresql/", import.meta.url);
const json = (path: string): unknown => JSON.parse(readFileSync(new URL(path, folder), "utf8"));
const packs = readdirSync(new URL("reach/", folder)).map((file) => reachPackSchema.parse(json(`reach/${file}`)));
const pack = (id: string): ReachPack =>
  packs.find((one) => one.id === id) ??
  (() => {
    throw new Error(id);
  })();
const from = (id: string, parameters: Record<string, string>) =>
  postgresql.specFrom({ pack: pack(id), parameters, blueprint: {} });

describe("postgresql definition", () => {
  it("has a blueprint of at most four questions whose packs are there", () => {
    const blueprint = blueprintSchema.parse(json("blueprints/postgresql-role.json"));
    expect(blueprint.questions.length).toBeLessThanOrEqual(4);
    const named = blueprint.questions.flatMap((question) => (question.kind === "reach" ? question.packs : []));
    expect(named.sort()).toEqual(packs.map(({ id }) => id).sort());
    expect([blueprint.credential, blueprint.stores]).toEqual(["static", true]);
  });

  it("turns each pack with its placeholders into grants", () => {
    for (const one of packs) {
      const parameters = Object.fromEntries(one.parameters.map(({ name, placeholder }) => [name, placeholder]));
      expect(from(one.id, parameters), one.id).toHaveProperty("ok");
    }
    expect(from("read-tables", { database: "orders", schema: "shop", tables: "orders, invoices,orders" })).toEqual({
      ok: {
        grants: [
          { database: "orders", on: "table", schema: "shop", names: ["orders", "invoices"], privileges: ["SELECT"] },
        ],
      },
    });
  });

  it.each([
    [{ schema: "shop", tables: "orders" }, "need.parameters.database"],
    [{ database: "orders", schema: "shop", tables: "*" }, "need.parameters.tables"],
    [{ database: "orders", schema: "shop", tables: 'a"; DROP ROLE x; --' }, "need.parameters.tables"],
    [{ database: "orders", schema: "{tables}", tables: "orders" }, "need.parameters.schema"],
    [{ database: "orders", schema: "pg_catalog", tables: "pg_authid" }, "need"],
    [{ database: "orders", schema: "shop", tables: "x".repeat(64) }, "need.parameters.tables"],
  ] as Record<string, string>[][] & [Record<string, string>, string][])(
    "refuses %j at its field",
    (parameters, field) => {
      const made = from("read-tables", parameters);
      expect("refusals" in made && made.refusals[0].field).toBe(field);
    },
  );

  it("takes names of 63 bytes and no longer, and no privilege that lets one act as another", () => {
    const grant = { database: "orders", on: "table", schema: "shop", names: ["t"], privileges: ["SELECT"] };
    const fits = (change: object): boolean => postgresql.spec.safeParse({ grants: [{ ...grant, ...change }] }).success;
    expect([fits({ names: ["ß".repeat(31)] }), fits({ names: ["ß".repeat(32)] })]).toEqual([true, false]);
    expect([
      fits({ privileges: ["TRIGGER"] }),
      fits({ privileges: ["SELECT; DROP"] }),
      fits({ names: ["a\u202eb"] }),
    ]).toEqual([false, false, false]);
    expect([fits({ names: ["*"] }), fits({ names: ["*", "t"] })]).toEqual([true, false]);
  });

  it("names the login whose password is in force once a request is done, and what a rotation still keeps beside it", () => {
    const born = intentOf("provision");
    const login = (kind: RequestKind, ...numbers: readonly number[]) => {
      const held = numbers.map((number) => `${born.name}_${number}`);
      const { objects } = intentOf(kind, { born, held }).plan;
      const found = objects.find((one) => one.kind === "login");
      return [found?.name.slice(born.name.length), found?.desired.beside];
    };
    expect(login("provision")).toEqual(["_1", undefined]);
    expect(login("rotate", 1)).toEqual(["_2", undefined]);
    expect(login("rotate", 9)).toEqual(["_10", undefined]);
    expect(login("renew")).toEqual(["_1", undefined]);
    expect(login("renew", 9, 10)).toEqual(["_10", [`${born.name}_9`]]);
    expect(login("retire", 10)).toEqual(["_10", undefined]);
  });

  it("counts what a plan reaches", async () => {
    const reach = await postgresql.reach(intentOf("provision").plan.objects);
    expect(reach).toMatchObject({
      actions: 2,
      resources: ["orders.shop.orders", "orders.shop.invoices"],
      wildcardResources: [],
      phrase: "Read 2 tables in orders",
    });
    expect(reach.services[0]?.levels.read).toEqual(["SELECT shop.orders", "SELECT shop.invoices"]);
    const spec = {
      grants: [
        { database: "orders", on: "table" as const, schema: "shop", names: ["*"], privileges: ["SELECT", "DELETE"] },
      ],
    };
    const every = await postgresql.reach(intentOf("provision", { spec }).plan.objects);
    expect(every).toMatchObject({
      wildcardResources: ["orders.shop.*"],
      phrase: "Read and write every table in orders",
    });
  });

  it("says what everybody may call, and what taking EXECUTE away cannot do about it", async () => {
    const besides = async (on: "table" | "function", privilege: string) => {
      const grant = { database: "orders", on, schema: "shop", names: ["rate"], privileges: [privilege] };
      return (await postgresql.reach(intentOf("provision", { spec: { grants: [grant] } }).plan.objects)).besides;
    };
    const everybody = /^It may also call every function in orders\.shop that PUBLIC may/;
    expect(await besides("table", "SELECT")).toEqual([expect.stringMatching(everybody)]);
    expect(await besides("table", "SELECT")).toEqual([expect.not.stringContaining("revoke")]);
    expect(await besides("function", "EXECUTE")).toEqual([
      expect.stringMatching(/owner must revoke it from PUBLIC\.$/),
    ]);
  });

  it("shows how to connect, without any secret", () => {
    const intent = intentOf("provision");
    const texts = postgresql
      .use(intent.plan, {})
      .map(({ text }) => text)
      .join("\n");
    expect(texts).toContain(`-field=password payments/prod/${intent.name}`);
    expect(texts).toContain(`PGUSER="$(vault kv get -mount=kv -field=username payments/prod/${intent.name})"`);
  });

  it("refuses plain text to another machine", () => {
    const entry = { databases: ["orders"], tls: { mode: "off" } };
    expect(postgresql.settings.safeParse({ ...entry, host: "db.example.com" }).success).toBe(false);
    expect(postgresql.settings.safeParse({ ...entry, host: "127.0.0.1" }).success).toBe(true);
  });

  /** RFC 7677's example: user, pencil. */
  it("computes the verifier of the standard's example", () => {
    expect(scramVerifier("pencil", Buffer.from("W22ZaJ0SNY7soEsUEjb6gQ==", "base64"))).toBe(
      "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    );
  });
});
