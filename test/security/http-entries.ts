import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { z } from "zod";
import { checkout } from "./http-portal.ts";
import { type Belongings, inDays } from "./http-world.ts";

/** A server action of the build: where its file says it is, the id it is called by, the page it is called on. */
export interface Action {
  readonly name: string;
  readonly id: string;
  readonly page: string;
}

const build = (file: string): unknown => JSON.parse(readFileSync(`${checkout}/.next/${file}`, "utf8"));
const reference = z.object({
  filename: z.string(),
  exportedName: z.string(),
  workers: z.record(z.string(), z.unknown()),
});
const manifest = z.object({ node: z.record(z.string(), reference), edge: z.strictObject({}) });

/** Every address of the build by its manifest, routes and pages. */
export const addresses = (): readonly string[] => [
  ...Object.values(z.record(z.string(), z.string()).parse(build("app-path-routes-manifest.json"))),
  ...Object.keys(z.record(z.string(), z.string()).parse(build("server/pages-manifest.json"))),
];

/** Every server action of the build by its manifest, on a page that carries it. */
export const actions = (): readonly Action[] =>
  Object.entries(manifest.parse(build("server/server-reference-manifest.json")).node)
    .map(([id, { filename, exportedName, workers }]) => ({
      name: `${filename.replace(/^app\/|(\/actions)?\.ts$/g, "")} ${exportedName}`,
      id,
      page:
        Object.keys(workers)
          .map(pageOf)
          .find((page) => !page.includes("[")) ?? "/requests/00000000-0000-4000-8000-000000000000",
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const pageOf = (worker: string): string =>
  worker
    .replace(/^app/, "")
    .replace(/\/page$/, "")
    .replace(/\/\([a-z]+\)/g, "") || "/";

/** What a browser would send to each action, in the world's terms. An action that is missing here fails the suite. */
export const inputs: Readonly<
  Record<string, (having: Belongings, person: (name: string) => string) => Record<string, unknown>>
> = {
  "(portal)/approvals approve": ({ seen }) => ({ ...seen, stage: 0, reason: "" }),
  "(portal)/approvals ask": ({ seen }) => ({ ...seen, text: "Why that bucket?" }),
  "(portal)/approvals askForLess": ({ seen }) => ({
    ...seen,
    text: "Half a year is enough.",
    drop: [],
    endsAt: inDays(20),
  }),
  "(portal)/approvals deny": ({ seen }) => ({ ...seen, stage: 0, reason: "It reaches too far." }),
  "(portal)/attestations answer": ({ card }) => ({
    ...{ cards: [card], answer: "keep", reason: "", request: null, to: null },
  }),
  "(portal)/findings mute": ({ finding }) => ({ finding, reason: "It ends then anyway.", until: inDays(20) }),
  "(portal)/findings unmute": ({ finding }) => ({ finding }),
  "(portal)/identities askForMany": ({ identity }) => ({
    ...{ verb: "retire", rows: [{ id: randomUUID(), identity }], change: { reason: "Nobody needs it." } },
  }),
  "(portal)/identities changeAccess": ({ identity }) => ({
    ...{ id: randomUUID(), identity, reason: "It needs less.", planDigest: "0".repeat(64) },
    wanted: { instead: null, drop: ["s3:AbortMultipartUpload"], add: null },
  }),
  "(portal)/identities endOverlap": ({ identity }) => ({ identity }),
  "(portal)/identities foreseeMany": ({ identity }) => ({
    ...{ verb: "ask", rows: [{ id: randomUUID(), identity }], change: {} },
  }),
  "(portal)/identities keepView": () => ({ id: randomUUID(), name: "Ours", query: "tile=static", team: null }),
  "(portal)/identities matchMany": () => ({ query: "q=ledger" }),
  "(portal)/identities previewAccess": ({ identity }) => ({
    ...{ id: randomUUID(), identity, reason: "It needs less." },
    wanted: { instead: null, drop: ["s3:AbortMultipartUpload"], add: null },
  }),
  "(portal)/identities renew": ({ identity }) => ({ id: randomUUID(), identity, endsAt: inDays(200) }),
  "(portal)/identities resume": ({ identity }) => ({ id: randomUUID(), identity, reason: "It was a false alarm." }),
  "(portal)/identities retire": ({ identity }) => ({ id: randomUUID(), identity, reason: "Nobody needs it." }),
  "(portal)/identities rotate": ({ identity }) => ({ id: randomUUID(), identity, reason: "It is old." }),
  "(portal)/identities suspend": ({ identity }) => ({ id: randomUUID(), identity, reason: "It may have leaked." }),
  "(portal)/identities transfer": ({ identity }, person) => ({ id: randomUUID(), identity, to: person("jonas.kern") }),
  "(portal)/requests accept": ({ seen }) => seen,
  "(portal)/requests comment": ({ seen: { request, version } }) => ({ request, version, text: "It is the archive." }),
  "(portal)/requests discardDraft": ({ draft: { id } }) => ({ id }),
  "(portal)/requests preview": ({ draft: { id, answers } }) => ({ id, answers }),
  "(portal)/requests readDenial": () => ({
    blueprint: "aws-role-ci-pipeline",
    text: "User: arn:aws:iam::111122223333:user/ci is not authorized to perform: s3:PutObject",
  }),
  "(portal)/requests retry": ({ step }) => ({ step }),
  "(portal)/requests saveDraft": ({ draft: { id, answers } }) => ({ id, answers }),
  "(portal)/requests submit": ({ draft }) => ({ ...draft }),
  "(portal)/requests submitEach": ({ draft: { id, answers, planDigest } }) => ({
    ...{ id, answers, plans: [{ environment: "prod", planDigest }] },
  }),
  "(portal)/requests takeBack": ({ identity }) => ({ request: identity }),
  "(portal)/requests takeOver": ({ seen: { request }, proposal }) => ({ request, comment: proposal }),
  "(portal)/requests withdraw": ({ seen: { request } }) => ({ request }),
  "(portal)/settings chooseNotices": () => ({ choice: { approval: "daily" } }),
  "(portal)/settings forgetView": () => ({ id: randomUUID() }),
  "(portal)/settings openWith": () => ({ view: null }),
  "(portal)/settings confirmKey": () => ({ passkey: randomUUID() }),
  "(portal)/settings enrolKey": () => ({ name: "laptop", code: "AAAAA-AAAAA" }),
  "(portal)/settings inviteToKey": (_, person) => ({ person: person("jonas.kern") }),
  "(portal)/settings revokeKey": () => ({ passkey: randomUUID() }),
  "(portal)/settings signForHost": () => ({ kind: "bundle", content: "0".repeat(64) }),
  "(portal)/targets check": () => ({ name: "payments-aws" }),
  "desk-actions checkAudit": () => ({}),
  "desk-actions killWorker": () => ({ at: "now" }),
  "desk-actions skipDays": () => ({ days: 60 }),
  "desk-actions tryToken": ({ identity }) => ({ identity }),
  "session-actions endSession": ({ spare }) => ({ id: spare }),
  "session-actions signIn": () => ({ to: "/", hint: null }),
  "session-actions signOut": () => ({}),
};

/** Where each address of the build is asked for; `null`: nobody asks for it by its own name. */
export const paths: Readonly<Record<string, (having: Belongings) => string | null>> = {
  "/": () => "/",
  "/approvals": ({ seen }) => `/approvals?r=${seen.request}`,
  "/attestations": () => "/attestations",
  "/audit": () => "/audit",
  "/findings": () => "/findings",
  "/identities": () => "/identities",
  "/identities/[id]/access": ({ identity }) => `/identities/${identity}/access`,
  "/identities/[id]": ({ identity }) => `/identities/${identity}`,
  "/policies": () => "/policies",
  "/requests": () => "/requests",
  "/requests/[id]": ({ seen }) => `/requests/${seen.request}`,
  "/requests/new": ({ draft }) => `/requests/new?draft=${draft.id}`,
  "/settings": () => "/settings",
  "/sign-in": () => "/sign-in",
  "/targets": () => "/targets",
  "/api/attestations/export": () => "/api/attestations/export",
  "/api/audit/export": () => "/api/audit/export",
  "/api/auth/[...nextauth]": () => "/api/auth/session",
  "/api/findings/export": () => "/api/findings/export",
  "/api/health": () => "/api/health",
  "/api/identities/export": () => "/api/identities/export?as=json",
  "/api/people": () => "/api/people",
  "/api/permissions": () => "/api/permissions?blueprint=aws-role-ci-pipeline&q=s3:putobject",
  "/api/search": () => "/api/search?q=ledger",
  "/api/stream": () => null,
  "/_global-error": () => null,
  "/_not-found": () => "/nowhere",
  "/500": () => null,
};
