import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";
import { parseArgs } from "node:util";
import { type EstateCount, type EstateFlaw, estateFlaws, type Looked } from "#lib/domain/estate.ts";
import { TargetFault } from "#lib/domain/fault.ts";
import { type Look, type LookAsk, look, lookWords, targetToLookAt } from "../look.ts";
import { complain, refusedWith, say } from "./host.ts";

const usage = `Usage: npm run look -- --target NAME [--profile NAME] [--region REGION] [--endpoint URL]
                       [--days 90] [--owner-tag owner,team] [--top 5] [--json FILE]
NAME is a target of the worker's configuration, or one of: ${lookWords().join(", ")} (reached with what this shell has).
Reads only. --json writes every identity, one to a line.`;

const ownerTags = "owner,team,contact,squad,maintainer,charter:owner,charter:team";

async function main(): Promise<number> {
  const { values, complaint } = asked();
  if (complaint !== null) {
    complain(`${complaint}\n${usage}`);
    return 2;
  }
  const { target, profile, region, endpoint, json } = values;
  if (profile !== undefined) process.env.AWS_PROFILE = profile;
  const settings = { ...(region && { region }), ...(endpoint && { endpoint }) };
  const chosen = await targetToLookAt(process.env, { target: target ?? "", settings });
  if ("refusals" in chosen) return refusedWith(chosen);
  const entry = chosen.ok;
  if (entry === null) {
    complain(`There is no target ${target}. Name one of the configuration, or ${lookWords().join(", ")}.`);
    return 2;
  }
  const by = { now: new Date(), days: Number(values.days), ownerLabels: values["owner-tag"].split(",") };
  const ask = { entry, by, keep: Number(values.top) };
  const looked = json === undefined ? await look(ask) : await lookInto(json, ask);
  if ("refusals" in looked) return refusedWith(looked);
  for (const line of told(looked.ok, by.days)) say(line);
  if (json !== undefined) say(`\nEvery identity, one to a line: ${json}`);
  return 0;
}

/** Looks and writes each identity to the file as it is read. */
async function lookInto(file: string, ask: LookAsk): ReturnType<typeof look> {
  const out = createWriteStream(file, { mode: 0o600 });
  await once(out, "open");
  const each = async (one: Looked) => {
    if (!out.write(`${JSON.stringify(lineOf(one))}\n`)) await once(out, "drain");
  };
  const looked = await look({ ...ask, each });
  out.end();
  await finished(out);
  return looked;
}

const options = {
  target: { type: "string" },
  profile: { type: "string" },
  region: { type: "string" },
  endpoint: { type: "string" },
  days: { type: "string", default: "90" },
  "owner-tag": { type: "string", default: ownerTags },
  top: { type: "string", default: "5" },
  json: { type: "string" },
} as const;

function asked() {
  const none = { target: undefined, profile: undefined, region: undefined, endpoint: undefined, json: undefined };
  const defaults = { ...none, days: "90", "owner-tag": ownerTags, top: "5" };
  try {
    const { values } = parseArgs({ options, strict: true });
    const whole = [values.days, values.top].every((number) => /^\d{1,4}$/.test(number));
    const complaint = !values.target ? "Say which target." : whole ? null : "--days and --top take whole numbers.";
    return { values, complaint };
  } catch (error) {
    return { values: defaults, complaint: error instanceof Error ? error.message : "The arguments cannot be read." };
  }
}

const lineOf = ({ identity, owner, flaws, use, lastUsedAt, daysUnused }: Looked) => ({
  ...{ kind: identity.kind, name: identity.name, id: identity.externalId, createdAt: identity.createdAt, owner },
  ...{ use, lastUsedAt, daysUnused, openTo: identity.openTo, flaws: [...flaws], labels: identity.labels },
  keys: identity.keys.map(({ active, createdAt, signal }) => ({
    active,
    createdAt,
    lastUsedAt: signal?.lastUsedAt ?? null,
  })),
});

const titles: Readonly<Record<EstateFlaw, (days: number) => string>> = {
  "open-trust": () => "open to more than a known party",
  "old-key": (days) => `with an active key older than ${days} days`,
  "unused-key": (days) => `with an active key not used in ${days} days`,
  stale: (days) => `not used in ${days} days`,
  "never-used": (days) => `never used since made, at least ${days} days ago`,
  unowned: () => "without a tag that names an owner",
};

function told({ of, by, unread, count }: Look, days: number): readonly string[] {
  const total = [...count.identities.values()].reduce((sum, number) => sum + number, 0);
  const kinds = [...count.identities].map(([kind, number]) => `${grouped(number)} ${kind}s`);
  return [
    `${of}, read as ${by}. Nothing was changed.`,
    "",
    `${grouped(total)} identities: ${kinds.join(", ")}; ${grouped(count.activeKeys)} active keys.`,
    ...(count.vendors > 0 ? [`${grouped(count.vendors)} of them are the vendor's own and are not judged.`] : []),
    ...unread.map((sentence) => `Not read: ${sentence}`),
    "",
    ...estateFlaws.flatMap((flaw) => flawLines(count, flaw, days)),
  ];
}

function flawLines({ flaws, worst }: EstateCount, flaw: EstateFlaw, days: number): readonly string[] {
  const line = `${grouped(flaws.get(flaw) ?? 0).padStart(8)}  ${titles[flaw](days)}`;
  return [line, ...(worst.get(flaw) ?? []).map((looked) => `          ${exampleOf(looked, flaw)}`)];
}

function exampleOf({ identity, oldestKeyDays, ageDays, use, owner }: Looked, flaw: EstateFlaw): string {
  const age = ageDays === null ? "age unknown" : `${grouped(ageDays)} days old`;
  const why: Readonly<Record<EstateFlaw, string>> = {
    "open-trust": identity.openTo.join("; "),
    "old-key": `its key is ${grouped(oldestKeyDays ?? 0)} days old; ${use}`,
    "unused-key": `its key is ${grouped(oldestKeyDays ?? 0)} days old; ${use}`,
    stale: `${use}; ${owner === null ? "no owner" : `owner ${owner}`}`,
    "never-used": `${age}; ${owner === null ? "no owner" : `owner ${owner}`}`,
    unowned: `${age}; ${use}`,
  };
  return printable(`${identity.name}: ${why[flaw]}`);
}

/** What an account's own strings could do to a terminal is written out. */
const printable = (text: string): string =>
  text.replace(/[\p{Cc}\p{Cf}]/gu, (point) => `\\u{${(point.codePointAt(0) ?? 0).toString(16)}}`);

const grouped = (number: number): string => number.toLocaleString("en");

if (import.meta.main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    complain(
      error instanceof TargetFault ? error.sentence : error instanceof Error ? error.message : "The look failed.",
    );
    process.exitCode = 1;
  }
}
