import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeWhole } from "../launcher/home.mjs";

/** The demo's directory, as `npm run directory:import` reads it. */
export const directoryFolder = fileURLToPath(new URL("./directory", import.meta.url));
const clientId = "charter-demo";
const groups = { security: ["acme-security"], operator: ["acme-platform-operators"], auditor: ["acme-audit"] };

/** What is simulated on this machine need not be spared. */
const gate = { maxRunning: 8, rate: 2_000, burst: 4_000, reserve: 6 };
/** Nobody waits a minute here to see that a killed worker's step is taken over. */
const lease = { seconds: 10, callTimeoutSeconds: 5 };

/** Simulated systems of the demo. `kind` is looked up among the simulators that exist. */
const systems = ["payments-aws", "data-aws", "orders-prod", "vault-main"];

/** People who can sign in at the demo's issuer: {subject, email, name, groups, about, left}. */
export function demoPeople() {
  const signIn = new Map(rows(new URL("./sign-in.csv", import.meta.url)).map((row) => [row.email, row]));
  return rows(new URL("./directory/people.csv", import.meta.url))
    .filter((person) => person.active === "true" && signIn.has(person.email))
    .map(({ subject, email, name }) => ({
      subject,
      email,
      name,
      groups: [signIn.get(email).group].filter(Boolean),
      about: signIn.get(email).about,
      left: false,
    }));
}

/** People of the demo's history who have left since: accounts at its issuer, and nothing else. */
const leftPeople = () =>
  rows(new URL("./history/left/people.csv", import.meta.url)).map(({ subject, email, name }) => ({
    ...{ subject, email, name, groups: [], about: "", left: true },
  }));

/** Subject → the roles that their groups give. */
export const demoRoles = () =>
  Object.fromEntries(
    demoPeople().map((person) => [
      person.subject,
      Object.keys(groups).filter((role) => groups[role].some((group) => person.groups.includes(group))),
    ]),
  );

/** Digest of the directory files: the import runs again only when one changed. */
export function directoryDigest() {
  const hash = createHash("sha256");
  for (const name of readdirSync(directoryFolder).sort())
    hash.update(name).update(readFileSync(join(directoryFolder, name)));
  return hash.digest("hex");
}

/** Ports of everything simulated, kept by the installation. */
export async function demoPorts(ports) {
  const issuer = await ports.loopback("sign-in");
  const taken = {};
  for (const name of systems) taken[name] = await ports.loopback(name);
  return { issuer, systems: taken };
}

/** What lib/worker/simulators.ts serves. */
export function writeSimulatorsFile({ home, taken, portal, secrets, ahead }) {
  const file = home.path("demo", "simulators.json");
  writeWhole(
    file,
    JSON.stringify(
      {
        folder: home.path("demo"),
        clusters: home.postgres,
        issuer: {
          port: taken.issuer,
          portal,
          clientId,
          clientSecret: secrets.authClientSecret,
          people: [...demoPeople(), ...leftPeople()],
        },
        systems: taken.systems,
        ahead,
      },
      null,
      2,
    ),
  );
  return file;
}

/** Sign-in settings of the demo's web. */
export const demoSignIn = (taken, secrets) => ({
  AUTH_ISSUER: issuerUrl(taken),
  AUTH_CLIENT_ID: clientId,
  AUTH_CLIENT_SECRET: secrets.authClientSecret,
});

const issuerUrl = (taken) => `http://127.0.0.1:${taken.issuer}`;

/**
 * Writes demo/worker.json. `served` is what each simulator says of itself once it runs: {kind, settings, credentials} by
 * name, credentials being references to files that it wrote.
 */
export function writeWorkerConfig({ home, taken, portal, secrets, served }) {
  const file = home.path("demo", "worker.json");
  const by = (email) => ({
    issuer: issuerUrl(taken),
    subject: demoPeople().find((person) => person.email === email).subject,
  });
  const target = (name, title, environments) =>
    served[name] ? [{ name, title, environments, simulated: true, gate, ...served[name] }] : [];
  const config = {
    installation: secrets.installation,
    publicUrl: portal,
    signIn: { issuer: issuerUrl(taken), clientId, groupsClaim: "groups", roles: groups },
    policy: { activatedBy: [by("mara.lind@acme.example"), by("tomas.vidal@acme.example")] },
    targets: [
      ...target("payments-aws", "AWS · Payments", ["dev", "staging", "prod"]),
      ...target("data-aws", "AWS · Data Platform", ["dev", "staging", "prod"]),
      ...target("orders-prod", "PostgreSQL · Orders", ["prod"]),
    ],
    vaults: served["vault-main"]
      ? [
          {
            name: "vault-main",
            title: "Vault",
            simulated: true,
            gate,
            ...served["vault-main"],
            approved: [{ mount: "kv", path: "{team}/{environment}/{name}" }],
          },
        ]
      : [],
    keys: {
      mark: [{ id: "mark-1", secret: `file:${home.path("keys", "mark-1.key")}` }],
      checkpoint: { id: "checkpoint-1", secret: `file:${home.path("keys", "checkpoint-1.pem")}` },
    },
    lease,
    anchor: { file: home.path("demo", "checkpoints.jsonl") },
  };
  writeWhole(file, JSON.stringify(config, null, 2));
  return file;
}

/** Rows of one of our own CSV files, which quote nothing. */
function rows(url) {
  const [head, ...lines] = readFileSync(url, "utf8").trim().split("\n");
  const names = head.split(",");
  return lines.map((line) => Object.fromEntries(line.split(",").map((value, i) => [names[i], value])));
}
