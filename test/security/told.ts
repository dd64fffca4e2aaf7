import { sealOnce } from "#lib/worker/sealer.ts";
import { tellNews } from "#lib/worker/sweeps/tell.ts";
import type { Worker } from "#lib/worker/worker.ts";

/** Has a worker that sends mail write the notices of everything that happened since; none is sent. */
export async function toldBy(worker: Worker): Promise<void> {
  const mail = {
    ...{ from: "charter@acme.example", host: "127.0.0.1", port: 9 },
    ...({ tls: "off", user: null, password: null } as const),
  };
  const teller = { ...worker, config: { ...worker.config, mail } };
  while ((await sealOnce({ db: worker.db, key: worker.checkpointKey, anchor: null })) !== null);
  while ((await tellNews(teller)) > 0);
}
