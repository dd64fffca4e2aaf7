import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openGround } from "./ground.ts";
import { seed } from "./seed.ts";

/** Makes a bench database that stays: `npm run seed -- --identities N [--requests N] [--audit N] [--folder F]`. */
const { values } = parseArgs({
  options: {
    identities: { type: "string" },
    requests: { type: "string" },
    audit: { type: "string" },
    folder: { type: "string" },
  },
});
const identities = Number(values.identities ?? 100_000);
const folder = values.folder ?? join(tmpdir(), `charter-bench-${identities}`);
const ground = await openGround(folder);
const [row] = await ground.admin`select exists (select 1 from charter.identities) as there`;
if (row?.there) console.log(`${folder} is filled already.`);
else
  await seed(
    ground.admin,
    {
      identities,
      requests: Number(values.requests ?? Math.min(identities, 100_000)),
      audit: Number(values.audit ?? identities),
    },
    console.log,
  );
await ground.close();
console.log(`npm run bench -- --folder ${folder}`);
