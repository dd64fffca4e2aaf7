import type { ActionShown, Explained, Grant, GrantShown, Remark } from "#lib/domain/permission.ts";
import { expand, type KnownAction, type KnownService, weightiest } from "./actions.ts";
import { fitsType, otherAccount, whyNotArn } from "./arn.ts";
import { isOpenEnded } from "./resources.ts";
import { patternsOf } from "./search.ts";
import type { AwsSettings } from "./settings.ts";

/** Grants with each action's level and meaning, and what does not fit: the ARN itself, or the ARN for these actions. */
export async function explain(grants: readonly Grant[], settings: AwsSettings | null): Promise<Explained> {
  const seen = await Promise.all(grants.map((grant, at) => explainOne(grant, `need.grants.${at}`, settings)));
  return { grants: seen.map(({ shown }) => shown), remarks: seen.flatMap(({ remarks }) => remarks) };
}

interface Known {
  readonly expression: string;
  readonly actions: readonly KnownAction[];
  readonly services: readonly KnownService[];
}

async function explainOne(grant: Grant, field: string, settings: AwsSettings | null) {
  const known = await Promise.all(grant.actions.map(knownOf));
  const patterns = known.flatMap(({ actions, services }) =>
    services.flatMap((service) => actions.flatMap((action) => patternsOf(service, action))),
  );
  const resources = grant.resources.map((text) => text.trim());
  const shown: GrantShown = {
    actions: known.map(shownOf),
    patterns: [...new Set(patterns)].slice(0, 12),
    open: resources.filter(isOpenEnded),
  };
  const remarks = [
    ...known.flatMap((one, at) => actionRemarks(one, `${field}.actions.${at}`)),
    ...resources.flatMap((text, at) =>
      text === "" ? [] : resourceRemarks({ text, field: `${field}.resources.${at}`, known, settings }),
    ),
    ...uncovered({ resources: resources.filter(Boolean), field, known, settings }),
  ];
  return { shown, remarks };
}

async function knownOf(expression: string): Promise<Known> {
  const { known, services } = await expand([expression]);
  return { expression, actions: known, services };
}

function shownOf({ expression, actions }: Known): ActionShown {
  const wild = /[*?]/.test(expression);
  const only = actions.length === 1 && !wild ? actions[0] : undefined;
  return {
    action: expression,
    level: weightiest(actions),
    description: only?.description.replace(/^Grants permission to /, "") ?? "",
    standsFor: wild ? actions.length : null,
  };
}

function actionRemarks({ expression, actions }: Known, field: string): Remark[] {
  if (!/^[A-Za-z0-9-]{1,64}:[A-Za-z0-9*?]{1,128}$/.test(expression))
    return [{ tone: "bad", field, sentence: "This is no IAM action.", mend: "Write service:Action." }];
  if (actions.length > 0) return [];
  return [{ tone: "warn", field, sentence: `AWS's reference has no ${expression}: security will be asked.` }];
}

interface Resource {
  readonly text: string;
  readonly field: string;
  readonly known: readonly Known[];
  readonly settings: AwsSettings | null;
}

function resourceRemarks({ text, field, known, settings }: Resource): Remark[] {
  if (text === "*") return [];
  const problem = whyNotArn(text, settings);
  if (problem !== null) return [{ tone: "bad", field, ...problem }];
  const all = known.flatMap(({ actions }) => actions);
  const names = known.map(({ expression }) => expression).join(", ");
  if (all.length > 0 && all.every(({ everywhere }) => everywhere) && known.every(({ actions }) => actions.length > 0))
    return [{ tone: "bad", field, sentence: `${names} cannot be limited to a resource.`, mend: "Write * alone." }];
  if (known.every((one) => one.actions.length > 0 && !takes(one, text, settings)))
    return [{ tone: "bad", field, sentence: `This is nothing that ${names} works on.`, mend: written(known) }];
  const account = otherAccount(text, settings);
  if (account === null) return [];
  const sentence = `It lies in account ${account}, not in the target's: its own policy must allow this identity too.`;
  return [{ tone: "warn", field, sentence }];
}

/** Whether one of an expression's actions works on this resource; an action of no data takes what it is given. */
const takes = ({ actions, services }: Known, text: string, settings: AwsSettings | null): boolean =>
  actions.length === 0 ||
  services.some((service) => {
    const types = [...service.resources.values()];
    return actions.some((action) =>
      action.on.some((type) => {
        const arn = service.resources.get(type);
        return arn !== undefined && fitsType(text, arn, { types, settings });
      }),
    );
  });

const written = (known: readonly Known[]): string => {
  const patterns = known.flatMap(({ actions, services }) =>
    services.flatMap((service) => actions.flatMap((action) => patternsOf(service, action))),
  );
  return patterns.length === 0 ? "Write * alone." : `Write ${[...new Set(patterns)].slice(0, 2).join(" or ")}.`;
};

/** Actions that none of the grant's resources is for: they would be allowed and never work. */
function uncovered(of: Omit<Resource, "text"> & { readonly resources: readonly string[] }): Remark[] {
  const { resources, known, settings, field } = of;
  if (resources.length === 0 || resources.includes("*") || resources.some((text) => whyNotArn(text, settings) !== null))
    return [];
  return known.flatMap((one, at): Remark[] => {
    if (resources.some((text) => takes(one, text, settings))) return [];
    if (known.every((other) => !resources.some((text) => takes(other, text, settings)))) return [];
    const everywhere = one.actions.every((action) => action.everywhere);
    const sentence = everywhere
      ? `${one.expression} cannot be limited to a resource.`
      : `${one.expression} works on none of these.`;
    const mend = everywhere ? "Ask for it apart, on * alone." : written([one]);
    return [{ tone: "bad", field: `${field}.actions.${at}`, sentence, mend }];
  });
}
