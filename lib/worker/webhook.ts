import { Webhook } from "standardwebhooks";
import type { Outgoing } from "#db/store/notices.ts";
import type { WebhookEntry } from "./config.ts";
import { Unsent } from "./mail.ts";
import { resolveReference } from "./references.ts";

const timeoutMs = 5_000;

/** Nobody is there: what else waits for the same system need not be tried now. */
export class Unreached extends Unsent {}

/**
 * Posts one notice, signed as Standard Webhooks 1.0 says, to an address of the worker's own configuration; nobody in the browser
 * can name one. Redirects are not followed and the answer's body is not read. Throws `Unsent`.
 */
export async function postNotice(
  entry: WebhookEntry,
  notice: Outgoing,
  of: { readonly portal: string; readonly now: Date },
): Promise<void> {
  const { id, kind, sentence, path, at } = notice;
  const body = JSON.stringify({
    type: `charter.${kind}`,
    timestamp: at.toISOString(),
    data: { id, sentence, url: new URL(path, of.portal).href, ...notice.about },
  });
  const signature = new Webhook(await resolveReference(entry.signs)).sign(id, of.now, body);
  const response = await post(entry.url, {
    method: "POST",
    redirect: "manual",
    signal: AbortSignal.timeout(timeoutMs),
    headers: {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(of.now.getTime() / 1000)),
      "webhook-signature": signature,
    },
    body,
  });
  await response.body?.cancel();
  if (response.ok) return;
  if (response.status === 410) throw new Unsent("The webhook says that it is gone (410).", "nobody");
  throw new Unsent(`The webhook answered ${response.status}.`, "put-off");
}

async function post(url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    throw new Unreached(late ? "The webhook did not answer in time." : "The webhook was not reached.", "put-off");
  }
}
