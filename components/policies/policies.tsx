import { CircleCheck, CircleX, Scale, Users } from "lucide-react";
import type { RegisteredException } from "#db/read/exceptions.ts";
import type { PolicyVersion } from "#db/read/policies.ts";
import { rulesOf } from "#lib/policy/engine.ts";
import { places } from "#lib/policy/facts.ts";
import type { Rule } from "#lib/policy/rules.ts";
import { Card } from "../ui/card.tsx";
import { Code } from "../ui/code.tsx";
import { EmptyState } from "../ui/empty-state.tsx";
import { Fingerprint } from "../ui/mono.tsx";
import { PageHead } from "../ui/page-head.tsx";
import { Time } from "../ui/time.tsx";
import { Exceptions } from "./exceptions.tsx";
import { Versions } from "./versions.tsx";

/** The rules in force as sentences, each with its source; who activated them, how the next version comes into force, and for whom they were bent. */
export function Policies({
  versions,
  exceptions,
}: {
  readonly versions: readonly PolicyVersion[];
  readonly exceptions: readonly RegisteredException[];
}) {
  const active = versions[0];
  if (active === undefined)
    return (
      <Card label="No policy">
        <EmptyState icon={<Scale aria-hidden />} title="No policy is in force">
          Nothing can be requested until two people of security are named for a bundle. On the worker&#8217;s host:{" "}
          <code>npm run bundle:activate</code>.
        </EmptyState>
      </Card>
    );
  const rules = rulesOf(active);
  const refuses = rules.filter(({ effect }) => effect === "forbid");
  const asks = rules.filter((rule) => rule.effect === "permit" && rule.approvals.length > 0);
  const passes = rules.filter((rule) => rule.effect === "permit" && rule.approvals.length === 0);
  return (
    <>
      <PageHead title="Policies">
        {rules.length} rules in force since <Time at={active.activatedAt.toISOString()} as="date" />, activated by{" "}
        {active.by.join(" and ")} · exactly this version <Fingerprint digest={active.digest} copy />
      </PageHead>
      <div className="grid gap-4 lg:grid-cols-[minmax(0,1fr)_340px]">
        <div className="grid content-start gap-4">
          <RuleCard
            title="What is refused"
            rules={refuses}
            icon={<CircleX aria-hidden className="mt-0.5 size-4 shrink-0 text-bad" />}
          />
          <RuleCard
            title="What people are asked"
            rules={asks}
            icon={<Users aria-hidden className="mt-0.5 size-4 shrink-0 text-warn" />}
          />
          <RuleCard
            title="What passes on its own"
            rules={passes}
            icon={<CircleCheck aria-hidden className="mt-0.5 size-4 shrink-0 text-good" />}
          />
          <Exceptions exceptions={exceptions} />
        </div>
        <div className="grid content-start gap-4">
          <Versions versions={versions} />
          <Card title="Activate the next">
            <p className="mb-2.5 text-muted">
              On the worker&#8217;s host, in the names of two people of security. A bundle that does not fit its schema
              is refused with the line at fault.
            </p>
            <Code
              wrap
              label="activation command"
              text="npm run bundle:activate -- ./policy --by SUBJECT --and SUBJECT"
            />
          </Card>
          <Card title="Figures">
            <Code label="figures.json" text={active.files["figures.json"] ?? ""} />
          </Card>
        </div>
      </div>
    </>
  );
}

const RuleCard = ({
  title,
  rules,
  icon,
}: {
  readonly title: string;
  readonly rules: readonly Rule[];
  readonly icon: React.ReactNode;
}) => (
  <Card title={title} aside={`${rules.length} ${rules.length === 1 ? "rule" : "rules"}`} flush>
    <ul>
      {rules.map((rule) => (
        <li key={rule.id} className="border-b border-line px-4 py-2.5 last:border-b-0">
          <div className="flex gap-2.5">
            {icon}
            <div className="min-w-0 flex-1">
              <p>{rule.sentence}</p>
              <p className="text-[12.5px] text-muted">
                {asked(rule)}
                {rule.mend ? <>To satisfy it: {rule.mend.replaceAll(places, "the allowed $3")} </> : null}
                {rule.controls.length > 0 ? <>Supports {rule.controls.join(", ")}.</> : null}
              </p>
              <details className="mt-1">
                <summary className="text-[12.5px] text-faint">
                  <code>{rule.id}</code> in {rule.file}
                </summary>
                <div className="mt-1.5">
                  <Code label={`source of ${rule.id}`} text={rule.source} />
                </div>
              </details>
            </div>
          </div>
        </li>
      ))}
    </ul>
  </Card>
);

const numbers = ["", "One", "Two", "Three", "Four", "Five"];
const asked = (rule: Rule): string =>
  rule.approvals
    .map(({ role, count }) => `${numbers[count] ?? count} of ${role} ${count === 1 ? "is" : "are"} asked. `)
    .join("");
