import { spawn } from "node:child_process";
import { join } from "node:path";
import {
  EntityType,
  GenerateCredentialReportCommand,
  GetAccountAuthorizationDetailsCommand,
  GetCredentialReportCommand,
  IAMClient,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { freePort } from "#lib/embedded-postgres/cluster.mjs";
import { look, unconfigured } from "#lib/worker/look.ts";
import { interleaved, type Line, median } from "./measure.ts";

const roles = 10_000;
const users = 200;
const rounds = 3;

/**
 * `npm run look` on ten thousand roles and two hundred users with a key each that moto holds, beside a bare script that makes the same calls page by page and only
 * counts. Bound: 1.3 times as long. Needs Python with moto; throws when it does not come up.
 */
export async function benchLook(): Promise<readonly Line[]> {
  const port = await freePort();
  const script = join(import.meta.dirname, "estate.py");
  const server = spawn("python3", [script, String(port), String(roles), String(users)], { stdio: "ignore" });
  const endpoint = `http://127.0.0.1:${port}`;
  process.env.AWS_ACCESS_KEY_ID ??= "bench";
  process.env.AWS_SECRET_ACCESS_KEY ??= "bench";
  try {
    await answering(endpoint, server);
    const entry = unconfigured("aws", { endpoint });
    if (entry === null) throw new Error("No target type is called aws.");
    const by = { now: new Date(), days: 90, ownerLabels: ["owner"] };
    const times = await interleaved(
      { look: () => look({ entry, by, keep: 5 }), bare: () => bareScript(endpoint) },
      rounds,
    );
    const of = (name: string) => median(times[name] ?? []);
    const bare = { name: "bare-paging-ms", value: of("bare") };
    return [{ name: `look-${roles}`, value: of("look"), unit: "ms", peer: bare }];
  } finally {
    server.kill();
  }
}

async function bareScript(endpoint: string): Promise<number> {
  const options = { region: "us-east-1", endpoint };
  const iam = new IAMClient(options);
  const sts = new STSClient(options);
  await sts.send(new GetCallerIdentityCommand({}));
  while ((await iam.send(new GenerateCredentialReportCommand({}))).State !== "COMPLETE");
  await iam.send(new GetCredentialReportCommand({}));
  let seen = 0;
  let Marker: string | undefined;
  do {
    const Filter = [EntityType.Role, EntityType.User];
    const page = await iam.send(
      new GetAccountAuthorizationDetailsCommand({ Filter, MaxItems: 1000, ...(Marker && { Marker }) }),
    );
    seen += (page.RoleDetailList ?? []).length + (page.UserDetailList ?? []).length;
    Marker = page.IsTruncated ? page.Marker : undefined;
  } while (Marker !== undefined);
  iam.destroy();
  sts.destroy();
  return seen;
}

async function answering(endpoint: string, server: { readonly exitCode: number | null }): Promise<void> {
  for (let tried = 0; tried < 240; tried += 1) {
    if (server.exitCode !== null) break;
    const answer = await fetch(`${endpoint}/moto-api/data.json`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((wake) => setTimeout(wake, 500));
  }
  throw new Error("moto did not come up: python3 needs moto[server].");
}
