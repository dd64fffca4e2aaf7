import type { PolicyVersion } from "#db/read/policies.ts";
import { rulesOf } from "#lib/policy/engine.ts";
import { Card } from "../ui/card.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { Time } from "../ui/time.tsx";

/** Activated bundles, newest first, each with what it changed against the one before. */
export const Versions = ({ versions }: { readonly versions: readonly PolicyVersion[] }) => (
  <Card title="Versions" flush>
    <ol>
      {versions.map((version, at) => (
        <li key={version.activation} className="border-b border-line px-4 py-2.5 text-sm last:border-b-0">
          <div className="flex items-center gap-2">
            <b className="font-[560]">{version.activation}</b> <Fingerprint digest={version.digest} />
            <span className="ml-auto text-muted">
              <Time at={version.activatedAt.toISOString()} />
            </span>
          </div>
          <p className="text-muted">named by the operator of the host: {version.by.join(" and ")}</p>
          <Changes version={version} before={versions[at + 1]} />
        </li>
      ))}
    </ol>
  </Card>
);

function Changes({ version, before }: { readonly version: PolicyVersion; readonly before: PolicyVersion | undefined }) {
  if (before === undefined) return null;
  const was = new Map(rulesOf(before).map((rule) => [rule.id, rule]));
  const is = rulesOf(version);
  const added = is.filter(({ id }) => !was.has(id));
  const changed = is.filter((rule) => was.has(rule.id) && was.get(rule.id)?.source !== rule.source);
  const removed = [...was.values()].filter(({ id }) => !is.some((rule) => rule.id === id));
  const figures = before.files["figures.json"] !== version.files["figures.json"];
  return (
    <ul className="mt-1 grid gap-0.5 text-[12.5px]">
      {added.map((rule) => (
        <li key={rule.id}>Added: {rule.sentence}</li>
      ))}
      {changed.map((rule) => (
        <li key={rule.id}>Changed: {rule.sentence}</li>
      ))}
      {removed.map((rule) => (
        <li key={rule.id}>Removed: {rule.sentence}</li>
      ))}
      {figures ? <li>Figures changed.</li> : null}
      {added.length + changed.length + removed.length === 0 && !figures ? (
        <li className="text-muted">No rule changed.</li>
      ) : null}
    </ul>
  );
}
