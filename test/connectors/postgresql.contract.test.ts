import postgres from "postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Intent, type ObservedObject, Squatter, type Target } from "#lib/connectors/connector.ts";
import type { Harness } from "#lib/connectors/contract-life.ts";
import { asFormer } from "#lib/connectors/former.ts";
import type { PostgresqlSpec } from "#lib/connectors/postgresql/spec.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { Secret } from "#lib/domain/secret.ts";
import { holdsContract } from "./contract-cases.ts";
import { harnessOf } from "./postgresql.harness.ts";
import {
  asked,
  bareWorld,
  connected,
  FakeVault,
  freeCalls,
  intentOf,
  type Kept,
  type PostgresqlWorld,
  readOrders,
  runFlow,
  runStep,
  signIn,
  simulatedWorld,
  workOf,
} from "./postgresql.world.ts";

/** A change of what one intent was born with, or came to since, to another spec. */
function changeOf(born: Intent, spec: PostgresqlSpec, from?: PostgresqlSpec): Intent {
  const intent = intentOf("change-access", { born, spec });
  const was = from === undefined ? born : intentOf("change-access", { born, spec: from });
  return {
    ...intent,
    plan: { ...intent.plan, change: { added: 0, takenAway: 1, former: asFormer(was.plan.objects) } },
  };
}

const codeOf = async (run: Promise<unknown>): Promise<string> => {
  const error = await run.then(
    () => "no fault",
    (thrown: unknown) => thrown,
  );
  if (error instanceof TargetFault) return `${error.kind} ${error.code}`;
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
};

for (const [title, begin] of [
  ["simulator", simulatedWorld],
  ["bare PostgreSQL 18", bareWorld],
] as const) {
  describe(`postgresql connector on ${title}`, () => {
    let world: PostgresqlWorld;
    let target: Target;
    const calls = freeCalls();
    beforeAll(async () => {
      world = await begin();
      target = connected(world.port);
    });
    afterAll(() => world.stop());

    describe("the contract", () => {
      let harness: Harness;
      beforeAll(() => {
        harness = harnessOf(world);
      });
      afterAll(() => harness.target.close());
      holdsContract(() => harness);
    });

    const roles = (intent: Intent) =>
      asked<{ name: string; login: boolean; comment: string; password: string | null }>(
        world.direct(),
        `select rolname as name, rolcanlogin as login, shobj_description(oid, 'pg_authid') as comment, rolpassword as password
         from pg_authid where rolname like '${intent.name}%' order by 1`,
      );
    const provision = async (spec = readOrders) => {
      const [intent, kept, vault] = [intentOf("provision", { spec }), { facts: {} } as Kept, new FakeVault()];
      await runFlow(target, intent, kept, vault);
      return { intent, kept, vault };
    };

    it("makes what is planned, and the stored password is the one that works", async () => {
      const { intent, kept, vault } = await provision();
      expect(vault.versions).toHaveLength(1);
      expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
      expect(await signIn(world.port, vault.current, "select count(*)::int as who from shop.orders")).toEqual({
        who: 3,
      });
      await expect(signIn(world.port, vault.current, "select * from shop.refunds")).rejects.toThrow(
        "permission denied",
      );
      await expect(signIn(world.port, vault.current, "delete from shop.orders")).rejects.toThrow("permission denied");
      const [role, login] = await roles(intent);
      expect(role).toMatchObject({ name: intent.name, login: false, password: null });
      expect(role?.comment.split("\n")[0]).toContain(`intent=${intent.mark.intent}`);
      expect(login?.password).toMatch(/^SCRAM-SHA-256\$4096:/);
      expect(JSON.stringify(kept.facts)).not.toContain(vault.current.password);
      expect(await target.observe(intent, calls)).toMatchObject({ state: "ours", enabled: true, differences: [] });
    });

    it("is powerless until the last step", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      for (const step of ["create-roles", "grant", "prove-removal", "issue"]) {
        await runStep(target, step, intent, kept, vault);
        expect((await roles(intent)).map(({ login }) => login)).toEqual([false, false]);
      }
      await expect(signIn(world.port, vault.current)).rejects.toThrow("not permitted to log in");
      await runStep(target, "open", intent, kept, vault);
      expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
    });

    it("runs every step twice to the same end", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      for (const step of ["create-roles", "grant", "prove-removal", "issue", "open", "verify"]) {
        await runStep(target, step, intent, kept, vault);
        await runStep(target, step, intent, kept, vault);
      }
      expect(vault.versions).toHaveLength(1);
      expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
    });

    it("lets two workers make one identity", async () => {
      const [intent, kept] = [intentOf("provision"), { facts: {} } as Kept];
      const run = () => runStep(target, "create-roles", intent, kept, new FakeVault());
      await Promise.all([run(), run(), run()]);
      expect(await roles(intent)).toHaveLength(2);
    });

    it("stops at a role of its name that carries no mark, or another's, and leaves it alone", async () => {
      for (const comment of ["NULL", "'charter:mark installation=x intent=y key=k hmac=z'"]) {
        const intent = intentOf("provision");
        await asked(world.direct(), `CREATE ROLE "${intent.name}"; COMMENT ON ROLE "${intent.name}" IS ${comment}`);
        const run = runStep(target, "create-roles", intent, { facts: {} }, new FakeVault());
        await expect(run).rejects.toBeInstanceOf(Squatter);
        expect(await roles(intent)).toHaveLength(1);
        expect((await target.observe(intent, calls)).state).toBe("not-ours");
      }
    });

    it("refuses to adopt a marked role that was given power over the cluster", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      await runStep(target, "create-roles", intent, kept, vault);
      await asked(world.direct(), `ALTER ROLE "${intent.name}" SUPERUSER`);
      await expect(runStep(target, "create-roles", intent, kept, vault)).rejects.toBeInstanceOf(Squatter);
    });

    it("sets a password only with a higher attempt, and opens only that attempt", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      for (const step of ["create-roles", "grant"]) await runStep(target, step, intent, kept, vault);
      const work = workOf(intent, kept);
      const credential = target.credential;
      if (credential?.protocol !== "client-chosen") throw new Error("no credential");
      const secret = new Secret({ password: "a" });
      expect(await credential.set(work, { attempt: 2, turn: 0 }, secret)).toBe("set");
      expect(await credential.set(work, { attempt: 2, turn: 0 }, secret)).toBe("fenced");
      expect(await credential.set(work, { attempt: 1, turn: 0 }, secret)).toBe("fenced");
      expect(await credential.read(work, 0)).toEqual({ attempt: 2 });
      kept.facts = { ...kept.facts, credential: { phase: "set", attempt: 1, expects: 1, version: 1 } };
      expect(await codeOf(runStep(target, "open", intent, kept, vault))).toBe("conflict fenced");
      expect((await roles(intent)).some(({ login }) => login)).toBe(false);
    });

    it("gives no power to what was changed since it was approved", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      for (const step of ["create-roles", "grant", "issue"]) await runStep(target, step, intent, kept, vault);
      await asked(world.direct("orders"), `GRANT DELETE ON shop.orders TO "${intent.name}"`);
      await expect(runStep(target, "open", intent, kept, vault)).rejects.toBeInstanceOf(Squatter);
      expect((await roles(intent)).some(({ login }) => login)).toBe(false);
    });

    it("closes, ends sessions, and lets nothing of the old intent open it again", async () => {
      const { intent, kept, vault } = await provision();
      const inside = postgres({
        host: "127.0.0.1",
        port: world.port,
        username: vault.current.username,
        password: vault.current.password,
        database: "orders",
        max: 1,
        onnotice: () => undefined,
      });
      const [{ pid = 0 } = {}] = await inside`select pg_backend_pid() as pid`;
      const retire = intentOf("retire", { born: intent });
      await runStep(target, "close", retire, kept, vault);
      expect(await asked(world.direct(), `select pid from pg_stat_activity where pid = ${pid}`)).toEqual([]);
      await inside.end({ timeout: 0 });
      await expect(signIn(world.port, vault.current)).rejects.toThrow("not permitted to log in");
      expect(await codeOf(runStep(target, "open", intent, kept, vault))).toBe("conflict closed");
      expect(await codeOf(runStep(target, "create-roles", intent, kept, vault))).toBe("conflict closed");
      const credential = target.credential;
      if (credential?.protocol !== "client-chosen") throw new Error("no credential");
      expect(await credential.read(workOf(intent, kept), 0)).toBe("closed");
      expect(await credential.set(workOf(intent, kept), { attempt: 9, turn: 0 }, new Secret({ password: "x" }))).toBe(
        "fenced",
      );
      expect(await target.observe(intent, calls)).toMatchObject({ state: "ours", enabled: false });
    });

    it("retires without a trace, each step twice", async () => {
      const { intent, kept, vault } = await provision();
      const retire = intentOf("retire", { born: intent });
      for (const step of ["close", "close", "drop-grants", "drop-grants", "drop-roles", "drop-roles"])
        await runStep(target, step, retire, kept, vault);
      expect(await roles(intent)).toEqual([]);
      expect(await target.observe(intent, calls)).toEqual({ state: "absent" });
      const left = await asked(
        world.direct("orders"),
        `select 1 from pg_class where relacl::text like '%${intent.name}%'`,
      );
      expect(left).toEqual([]);
    });

    it("never drops what was not closed, nor tables that the workload made", async () => {
      const { intent, kept, vault } = await provision();
      const retire = intentOf("retire", { born: intent });
      expect(await codeOf(runStep(target, "drop-roles", retire, kept, vault))).toBe("conflict open");
      await asked(
        world.direct("orders"),
        `CREATE TABLE shop.kept_by_${intent.id.slice(0, 8)} (); ALTER TABLE shop.kept_by_${intent.id.slice(0, 8)} OWNER TO "${intent.name}"`,
      );
      await runStep(target, "close", retire, kept, vault);
      expect(await codeOf(runStep(target, "drop-grants", retire, kept, vault))).toBe("conflict owns-objects");
      expect(
        await asked(
          world.direct("orders"),
          `select 1 from pg_class where relname = 'kept_by_${intent.id.slice(0, 8)}'`,
        ),
      ).toHaveLength(1);
      await asked(world.direct("orders"), `DROP TABLE shop.kept_by_${intent.id.slice(0, 8)}`);
    });

    it("takes privileges back in databases that no plan names", async () => {
      const { intent, kept, vault } = await provision();
      await asked(
        world.direct(),
        `CREATE SCHEMA "s${intent.id}"; GRANT USAGE ON SCHEMA "s${intent.id}" TO "${intent.name}"`,
      );
      const seen = await target.observe(intent, calls);
      expect(seen).toMatchObject({ differences: ["privileges in postgres are not in the plan"] });
      const retire = intentOf("retire", { born: intent });
      await runStep(target, "close", retire, kept, vault);
      expect(await codeOf(runStep(target, "drop-grants", retire, kept, vault))).toBe("conflict granted-by-others");
      await asked(world.direct(), `ALTER SCHEMA "s${intent.id}" OWNER TO charter_admin`);
      await runFlow(target, retire, kept, vault);
      expect(await roles(intent)).toEqual([]);
    });

    it("undoes a provisioning that was not opened", async () => {
      const [intent, kept, vault] = [intentOf("provision"), { facts: {} } as Kept, new FakeVault()];
      for (const step of ["create-roles", "grant", "issue"]) await runStep(target, step, intent, kept, vault);
      for (const step of ["grant", "create-roles"]) await target.steps[step]?.undo?.(workOf(intent, kept));
      expect(await roles(intent)).toEqual([]);
    });

    it("renews: moves the end, and opens again what the hold had closed", async () => {
      const { intent, kept, vault } = await provision();
      await runStep(target, "close", intentOf("retire", { born: intent }), kept, vault);
      const renew = intentOf("renew", { born: intent, endsAt: "2100-06-01T00:00:00.000Z" });
      await runFlow(target, renew, kept, vault);
      expect(await signIn(world.port, vault.current)).toEqual({ who: intent.name });
      expect(await target.observe(renew, calls)).toMatchObject({ enabled: true, differences: [] });
    });

    it("does not lift a closing that came after the renewal began", async () => {
      const { intent, kept, vault } = await provision();
      await runStep(target, "close", intentOf("retire", { born: intent }), kept, vault);
      const renew = intentOf("renew", { born: intent });
      kept.facts = { ...kept.facts, renewedBy: renew.id, reopens: "an-earlier-closing" };
      expect(await codeOf(runStep(target, "extend", renew, kept, vault))).toBe("conflict closed");
      await expect(signIn(world.port, vault.current)).rejects.toThrow("not permitted");
    });

    it("transfers: labels change, the mark does not", async () => {
      const { intent, kept, vault } = await provision();
      const before = (await roles(intent))[0]?.comment.split("\n") ?? [];
      await runFlow(target, intentOf("transfer", { born: intent, owner: "Jonas Kern" }), kept, vault);
      const after = (await roles(intent))[0]?.comment.split("\n") ?? [];
      expect(after[0]).toBe(before[0]);
      expect([before[1], after[1]]).toEqual([
        expect.stringContaining("Amara Obi"),
        expect.stringContaining("Jonas Kern"),
      ]);
    });

    it.each([
      ["GRANT DELETE ON shop.orders TO :role", "orders: DELETE on table shop.orders is not in the plan"],
      [
        "GRANT UPDATE (total_cents) ON shop.orders TO :login",
        "orders: UPDATE on column shop.orders.total_cents is not in the plan",
      ],
      ["REVOKE SELECT ON shop.invoices FROM :role", "orders: SELECT on table shop.invoices is missing"],
      ["GRANT pg_read_all_data TO :login", ":login is a member of pg_read_all_data, which is not in the plan"],
      ["ALTER ROLE :login RESET role", ":login no longer acts as :role"],
      ["ALTER ROLE :role LOGIN", ":role can sign in"],
      ["ALTER ROLE :login VALID UNTIL 'infinity'", "the password of :login ends never"],
      [
        "ALTER DEFAULT PRIVILEGES FOR ROLE orders_owner IN SCHEMA shop GRANT SELECT ON TABLES TO :role",
        "is not in the plan",
      ],
    ])("sees drift: %s", async (statement, difference) => {
      const { intent } = await provision();
      const fill = (text: string, quote: string) =>
        text
          .replaceAll(":role", `${quote}${intent.name}${quote}`)
          .replaceAll(":login", `${quote}${intent.name}_1${quote}`);
      await asked(world.direct("orders"), fill(statement, '"'));
      const seen = await target.observe(intent, calls);
      expect(seen).toMatchObject({ state: "ours", differences: [expect.stringContaining(fill(difference, ""))] });
    });

    it("changes and mends privileges on names with dots, and takes none for a column", async () => {
      await asked(
        world.direct("orders"),
        `SET ROLE orders_owner; CREATE SCHEMA IF NOT EXISTS "shop.eu";
         CREATE TABLE IF NOT EXISTS "shop.eu"."orders.2026" (id int); CREATE TABLE IF NOT EXISTS "shop.eu".orders ("2026" int)`,
      );
      const grant = { database: "orders", on: "table" as const, schema: "shop.eu", privileges: ["SELECT"] };
      const dotted = { grants: [{ ...grant, names: ["orders.2026"] }] };
      const { intent, kept, vault } = await provision({ grants: [{ ...grant, names: ["orders.2026", "orders"] }] });
      await runFlow(target, changeOf(intent, dotted), kept, vault);
      expect(await target.observe(intentOf("renew", { born: intent, spec: dotted }), calls)).toMatchObject({
        differences: [],
      });
      await asked(
        world.direct("orders"),
        `REVOKE SELECT ON "shop.eu"."orders.2026" FROM "${intent.name}";
         GRANT DELETE ON "shop.eu"."orders.2026" TO "${intent.name}"; GRANT SELECT ("2026") ON "shop.eu".orders TO "${intent.name}"`,
      );
      const renew = intentOf("renew", { born: intent, spec: dotted });
      await runStep(target, "mend-grants", renew, kept, vault);
      expect(await target.observe(renew, calls)).toMatchObject({
        differences: ["orders: SELECT on column shop.eu.orders.2026 is not in the plan"],
      });
      expect(await signIn(world.port, vault.current, 'select count(*)::int as n from "shop.eu"."orders.2026"')).toEqual(
        { n: 0 },
      );
      await expect(signIn(world.port, vault.current, 'delete from "shop.eu"."orders.2026"')).rejects.toThrow(
        "permission denied",
      );
    });

    it("names the functions that everybody may still call once EXECUTE was taken away", async () => {
      await asked(
        world.direct("orders"),
        "SET ROLE orders_owner; CREATE OR REPLACE FUNCTION shop.rate() RETURNS int LANGUAGE sql RETURN 1",
      );
      const functions = (names: string[]) => ({
        grants: [{ database: "orders", on: "function" as const, schema: "shop", names, privileges: ["EXECUTE"] }],
      });
      const both = functions(["open_orders", "rate"]);
      const { intent, kept } = await provision(both);
      const done = (spec: PostgresqlSpec, from = both) =>
        target.steps["change-grants"]?.run(workOf(changeOf(intent, spec, from), kept));
      expect((await done(functions(["rate"])))?.evidence).toBe("The privileges in orders read back as planned.");
      expect((await done(readOrders, functions(["rate"])))?.evidence).toMatch(
        /^The privileges in orders read back as planned\. It may still call orders\.shop\.rate: PUBLIC may/,
      );
    });

    it("lists every role that can sign in, ours with its mark and its login as credential", async () => {
      const { intent } = await provision();
      const found: ObservedObject[] = [];
      for await (const object of target.discover(calls)) found.push(object);
      expect(found.find(({ name }) => name === intent.name)).toMatchObject({
        kind: "role",
        mark: intent.mark,
        enabled: true,
        credentials: [{ id: `${intent.name}_1`, active: true }],
      });
      expect(found.some(({ name }) => name === `${intent.name}_1` || name === "charter_admin")).toBe(false);
      expect(found.find(({ name }) => name === "postgres")).toMatchObject({ kind: "login", mark: null });
    });

    it("grants in names that look like SQL", async () => {
      const odd = 'x"; DROP ROLE postgres; --';
      await asked(
        world.direct("orders"),
        `CREATE TABLE IF NOT EXISTS shop."${odd.replaceAll('"', '""')}" (); ALTER TABLE shop."${odd.replaceAll('"', '""')}" OWNER TO orders_owner`,
      );
      const spec = {
        grants: [{ database: "orders", on: "table" as const, schema: "shop", names: [odd], privileges: ["SELECT"] }],
      };
      const { intent } = await provision(spec);
      expect(await target.observe(intent, calls)).toMatchObject({ differences: [] });
    });

    it("grants a whole schema, sequences and functions", async () => {
      const grants = [
        { database: "orders", on: "table" as const, schema: "shop", names: ["*"], privileges: ["SELECT"] },
        {
          database: "orders",
          on: "sequence" as const,
          schema: "shop",
          names: ["orders_id_seq"],
          privileges: ["USAGE"],
        },
        {
          database: "orders",
          on: "function" as const,
          schema: "shop",
          names: ["open_orders"],
          privileges: ["EXECUTE"],
        },
      ];
      const { vault } = await provision({ grants });
      expect(await signIn(world.port, vault.current, "select shop.open_orders()::int as who")).toEqual({ who: 3 });
    });

    it("says what does not exist, and leaves nothing granted", async () => {
      const spec = {
        grants: [
          {
            database: "orders",
            on: "table" as const,
            schema: "shop",
            names: ["orders", "nowhere"],
            privileges: ["SELECT"],
          },
        ],
      };
      const intent = intentOf("provision", { spec });
      await runStep(target, "create-roles", intent, { facts: {} }, new FakeVault());
      expect(await codeOf(runStep(target, "grant", intent, { facts: {} }, new FakeVault()))).toBe("invalid 42P01");
      expect(await target.observe(intent, calls)).toMatchObject({
        differences: expect.arrayContaining(["orders: SELECT on table shop.orders is missing"]),
      });
    });

    it("checks out with the shipped policy, and names what is missing", async () => {
      expect((await target.check(calls)).filter(({ ok }) => !ok)).toEqual([]);
      await asked(world.direct(), "REVOKE orders_owner FROM charter_admin");
      const missing = (await target.check(calls)).filter(({ ok }) => !ok).map(({ name }) => name);
      await asked(world.direct(), "GRANT orders_owner TO charter_admin WITH INHERIT TRUE, SET FALSE");
      expect(missing).toEqual(["grant in orders"]);
      await asked(world.direct(), "ALTER ROLE charter_admin NOCREATEROLE");
      const without = (await target.check(calls)).filter(({ ok }) => !ok).map(({ name }) => name);
      await asked(world.direct(), "ALTER ROLE charter_admin CREATEROLE");
      expect(without).toContain("CREATEROLE");
    });

    it("refuses the portal's own cluster, a superuser and a talkative log", async () => {
      const [{ id = "" } = {}] = await asked<{ id: string }>(
        world.direct(),
        "select system_identifier::text as id from pg_control_system()",
      );
      const own = await connected(world.port, { portal: id }).check(calls);
      expect(own.find(({ name }) => name === "not the portal's cluster")).toMatchObject({ ok: false });
      await asked(
        world.direct(),
        "ALTER ROLE charter_admin SUPERUSER; ALTER ROLE charter_admin SET log_statement = 'ddl'",
      );
      const failed = (await target.check(calls)).filter(({ ok }) => !ok).map(({ name }) => name);
      await asked(world.direct(), "ALTER ROLE charter_admin NOSUPERUSER; ALTER ROLE charter_admin RESET log_statement");
      expect(failed).toEqual(["no superuser", "statement log"]);
    });

    it("says why it cannot sign in", async () => {
      const wrong = connected(world.port, { password: "CANARY-wrong" });
      expect(await codeOf(wrong.observe(intentOf("provision"), calls))).toBe("denied 28P01");
      expect(JSON.stringify(await wrong.check(calls))).not.toContain("CANARY");
    });
  });
}
