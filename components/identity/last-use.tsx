import { CircleCheck, CircleDashed } from "lucide-react";
import type { IdentityPage } from "#db/read/identity.ts";
import { daysUnused, sayLag, sayUse } from "#lib/domain/last-use.ts";
import { Badge } from "../ui/badge.tsx";
import { Card } from "../ui/card.tsx";
import { Facts } from "../ui/facts.tsx";
import { Mono } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";

/** When it was last used, who told so, since when they would have told, and how late they may be. */
export const LastUse = ({ page }: { readonly page: IdentityPage }) => (
  <Card title="Last use" aside={page.row.staleSince === null ? null : <Badge tone="warn">Stale</Badge>}>
    <div className="grid gap-3 text-sm">
      <Summary row={page.row} />
      {inForce(page).map((told) => (
        <Told key={told.subject} told={told} />
      ))}
      <Limits page={page} />
    </div>
  </Card>
);

/** What was told of ways in that are open now; replaced keys are history. */
export function inForce({ uses, credentials, objects }: IdentityPage) {
  const open = new Set([
    ...credentials.filter(({ state }) => state === "active").map(({ externalId }) => externalId),
    ...objects.filter(({ state }) => state === "live").map(({ externalId }) => externalId),
  ]);
  return uses.filter(({ subject }) => open.has(subject));
}

function Summary({ row }: { readonly row: IdentityPage["row"] }) {
  const known = { answer: row.useAnswer, unusedSince: row.unusedSince, knownUntil: row.useKnownUntil };
  const days = daysUnused(known);
  return (
    <p className="flex items-start gap-2">
      {row.firstUseAt === null ? (
        <CircleDashed aria-hidden className="mt-0.5 size-4 shrink-0 text-muted" />
      ) : (
        <CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />
      )}
      <span>
        {row.lastUsedAt === null ? (
          sentence(sayUse(known))
        ) : (
          <>
            Last used <Time at={row.lastUsedAt.toISOString()} />
            {days === null || days === 0 ? "" : `, silent for ${days === 1 ? "one day" : `${days} days`}`}.
          </>
        )}{" "}
        {row.firstUseAt === null ? null : (
          <span className="text-muted">
            Delivered: first use seen <Time at={row.firstUseAt.toISOString()} as="exact" />.
          </span>
        )}
      </span>
    </p>
  );
}

const sentence = (words: string): string => `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;

const Told = ({ told }: { readonly told: IdentityPage["uses"][number] }) => (
  <Facts
    rows={[
      { label: "Way in", value: <Mono tail={16}>{told.subject}</Mono> },
      { label: "Told by", value: told.source },
      {
        label: "Last use",
        value: told.lastUsedAt === null ? "none told" : <Time at={told.lastUsedAt.toISOString()} as="exact" />,
      },
      { label: "Window", value: <Window since={told.seesSince} /> },
      { label: "Lag", value: sayLag(told.lagMinutes) },
      { label: "Asked", value: <Time at={told.observedAt.toISOString()} /> },
    ]}
  />
);

const Window = ({ since }: { readonly since: Date | null }) =>
  since === null ? (
    "only the moments it is asked: silence means nothing"
  ) : (
    <>
      every use since <Time at={since.toISOString()} as="date" />
    </>
  );

/** What cannot be known, said plainly. */
function Limits({ page: { row, uses, credentials, slot } }: { readonly page: IdentityPage }) {
  const vaults = new Set(credentials.filter(({ state }) => state === "active").map(({ vault }) => vault));
  const lines = [
    ...(row.state !== "live" ? ["Only live identities are asked for."] : []),
    ...(row.state === "live" && uses.length === 0 ? ["No signal: its target has told nothing of its use so far."] : []),
  ];
  return (
    <>
      {lines.map((line) => (
        <p key={line} className="text-muted">
          {line}
        </p>
      ))}
      {[...vaults].map((vault) => (
        <InVault key={vault} vault={vault} slot={slot?.vault === vault ? slot : null} />
      ))}
    </>
  );
}

/** What its vault tells of its secret: when it was written, and who reads it only where its audit log can be read. */
export function InVault({ vault, slot }: { readonly vault: string; readonly slot: IdentityPage["slot"] }) {
  return (
    <p className="text-muted">
      {slot?.writtenAt ? (
        <>
          Its secret: version {slot.version} written <Time at={slot.writtenAt.toISOString()} />, says the metadata of{" "}
          {vault}.{" "}
        </>
      ) : null}
      <Reads vault={vault} slot={slot} />
    </p>
  );
}

/** The vault's log is read every quarter of an hour. */
const logLagMinutes = 15;

function Reads({ vault, slot }: { readonly vault: string; readonly slot: IdentityPage["slot"] }) {
  if (slot?.readAt)
    return (
      <>
        Last read <Time at={slot.readAt.toISOString()} />, says its audit log, {sayLag(logLagMinutes)}.
      </>
    );
  if (slot?.since && slot.logReadAt)
    return (
      <>
        No read seen since <Time at={slot.since.toISOString()} as="date" /> in its audit log, last looked at{" "}
        <Time at={slot.logReadAt.toISOString()} />.
      </>
    );
  return `Reads of it: no signal. ${vault} does not tell who reads; what it records of them lies in its own audit log.`;
}
