import { z } from "zod";
import { certificateTrouble } from "#lib/domain/certificate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import type { Exchange } from "./wire.ts";

const answered = z.object({ response: z.object({ statusCode: z.number(), body: z.unknown() }) });
const told = z.object({ errors: z.array(z.string()) });

/** What an error of node-vault or of the wire means. Response bodies are recognised, never repeated. */
export function toFault(error: unknown, exchange: Exchange): TargetFault {
  if (error instanceof TargetFault) return error;
  const answer = answered.safeParse(error);
  if (!answer.success) return unanswered(error, exchange);
  const { statusCode, body } = answer.data.response;
  const errors = told.safeParse(body);
  return ofStatus(statusCode, errors.success ? errors.data.errors.join(" ") : "", exchange);
}

function ofStatus(status: number, text: string, exchange: Exchange): TargetFault {
  const known = knownStatus(status, text, exchange);
  if (known !== null) return known;
  if (status >= 300 && status < 400)
    return new TargetFault(
      "unavailable",
      "redirected",
      "The vault sends us to another address; name that address in the configuration.",
    );
  if (status >= 500) return uncertain(exchange, `http-${status}`, `The vault answered ${status}.`);
  return new TargetFault("invalid", `http-${status}`, `The vault refused the call as malformed (${status}).`);
}

function knownStatus(status: number, text: string, exchange: Exchange): TargetFault | null {
  if (status === 400 && text.includes("check-and-set parameter did not match"))
    return new TargetFault("conflict", "cas", "The slot holds another version than expected.");
  if (status === 400 && /invalid (role|secret)|role or secret/i.test(text))
    return new TargetFault("denied", "login", "The vault does not accept the AppRole's role id and secret id.");
  if (status === 403)
    return new TargetFault("denied", "permission-denied", "The vault's policy does not allow this call.");
  if (status === 404) return new TargetFault("not-found", "not-found", "The vault has nothing at this path.");
  if (status === 412)
    return new TargetFault("unavailable", "behind", "This vault node has not caught up with the others.");
  if (status === 429)
    return new TargetFault("throttled", "rate-limit", {
      sentence: "The vault limits our calls for now.",
      retryAfterMs: exchange.retryAfterMs,
    });
  if (status === 472 || status === 473)
    return new TargetFault("unavailable", "standby", "This vault node is on standby.");
  if (status === 503 && /sealed/i.test(text))
    return new TargetFault("unavailable", "sealed", "The vault is sealed; its operators must unseal it.");
  return null;
}

function unanswered(error: unknown, exchange: Exchange): TargetFault {
  const code = error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "no-answer";
  if (exchange.sent) return uncertain(exchange, code, "The vault did not answer.");
  const certificate = certificateTrouble(code);
  return new TargetFault(
    "unavailable",
    code,
    certificate === null ? "The vault cannot be reached." : `The certificate of the vault ${certificate}.`,
  );
}

/** A change that may have happened is ambiguous; a read that failed is only unavailable. */
const uncertain = (exchange: Exchange, code: string, sentence: string): TargetFault =>
  new TargetFault(exchange.changes ? "ambiguous" : "unavailable", code, sentence);
