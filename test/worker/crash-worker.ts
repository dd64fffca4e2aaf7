import { randomUUID } from "node:crypto";
import { openDatabase } from "#db/client.ts";
import { createSaga } from "#lib/worker/saga.ts";
import { connected, type Places, times } from "./crash-places.ts";

/**
 * A worker process that runs the saga and nothing else, against the places its parent names; killed where
 * CHARTER_TEST_CRASH says. Ends by itself once nothing can be taken.
 */
const places = JSON.parse(process.env.CHARTER_TEST_PLACES ?? "") as Places;
const database = openDatabase(places.workerUrl, { applicationName: "crash-worker", max: 2 });
const saga = createSaga({ db: database.db, worker: randomUUID(), newId: randomUUID, times, ...connected(places) });
while (await saga.runOne());
await database.close();
process.exit(0);
