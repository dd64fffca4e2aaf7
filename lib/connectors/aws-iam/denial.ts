import { type DenialRead, type Grant, merged } from "#lib/domain/permission.ts";
import { type Outcome, ok, refuse } from "#lib/domain/refusal.ts";
import { expand } from "./actions.ts";
import { readArn, whyNotArn } from "./arn.ts";
import { calledOperation } from "./denied-operation.ts";
import { type Denied, deniedIn, type Why } from "./denied-text.ts";

const longest = 20_000;

/**
 * Reads what AWS, its command line, an SDK, Terraform or CloudTrail say of a denied call. What a permission of this identity
 * could mend is proposed; what denies explicitly, or what a ceiling or an organisation leaves out, is said and not proposed.
 */
export async function readDenial(text: string): Promise<Outcome<DenialRead>> {
  if (text.length > longest)
    return no(
      "This is more than an error message.",
      `Paste the message itself, at most ${longest.toLocaleString("en-GB")} characters.`,
    );
  const { denied, encoded } = deniedIn(text);
  const found = denied.length > 0 ? denied : await calledOperation(text);
  if (found.length > 0) return ok(await proposed(found, encoded));
  if (encoded)
    return no(
      "The message is encoded, and only the account can read it.",
      "Run aws sts decode-authorization-message --encoded-message with it, and paste what that prints.",
    );
  return no(
    "This names no denied action.",
    "Paste the whole message, from User: … to … because, or the line that says when calling the … operation.",
  );
}

const no = (sentence: string, mend: string) => refuse({ code: "invalid", field: "denial", sentence, mend });

async function proposed(denied: readonly Denied[], encoded: boolean): Promise<DenialRead> {
  const read = await Promise.all(denied.map(readOne));
  const said = [
    ...read.flatMap((one) => one.said),
    ...principals(denied),
    ...(encoded
      ? [info("The encoded part may say more: aws sts decode-authorization-message shows it to who may read it.")]
      : []),
  ];
  const once = new Map(said.map((line) => [line.sentence, line]));
  return { grants: merged(read.flatMap(({ grant }) => (grant === null ? [] : [grant]))), said: [...once.values()] };
}

type Line = DenialRead["said"][number];
const info = (sentence: string): Line => ({ tone: "info", sentence });
const warn = (sentence: string): Line => ({ tone: "warn", sentence });
const bad = (sentence: string): Line => ({ tone: "bad", sentence });

async function readOne({
  action,
  resource,
  why,
  assumed,
}: Denied): Promise<{ readonly grant: Grant | null; readonly said: readonly Line[] }> {
  const reason = sayWhy(action, why);
  if (!reason.mends) return { grant: null, said: reason.said };
  const { known } = await expand([action]);
  const [only, ...others] = known;
  if (others.length > 0)
    return {
      grant: null,
      said: [bad(`${action} stands for ${known.length} actions: compose the one that is needed.`)],
    };
  const everywhere = only?.everywhere === true;
  const named = resource !== null && readArn(resource) !== null && whyNotArn(resource, null) === null;
  const said = [
    ...reason.said,
    ...(assumed === null ? [] : [warn(assumed)]),
    ...(only === undefined ? [warn(`AWS's reference has no ${action}: look at how it is spelled.`)] : []),
    ...(named || everywhere ? [] : [warn(`The message names no resource for ${action}: write it below.`)]),
    ...(named && /^arn:[^:]*:s3:::[^/]+\/./.test(resource)
      ? [info(`It names one object alone. Ask for more of the bucket only where that is needed.`)]
      : []),
  ];
  const resources = everywhere ? ["*"] : named ? [resource] : [];
  return { grant: { actions: [only?.name ?? action], resources }, said };
}

/** What the message gives as its reason, and whether a permission of the identity itself could mend that. */
function sayWhy(action: string, why: Why): { readonly mends: boolean; readonly said: readonly Line[] } {
  const by = why.policy === null ? "a policy that the message does not name" : `the ${why.policy}`;
  if (why.kind === "explicit")
    return {
      mends: false,
      said: [
        bad(
          `${action} is denied explicitly by ${by}. No permission outweighs that: who keeps the policy must change it.`,
        ),
      ],
    };
  if (why.kind === "unsaid")
    return {
      mends: true,
      said: [
        warn(
          `The message does not say why ${action} was denied. If a deny, a ceiling or an organisation's policy stands behind it, a permission will not be enough.`,
        ),
      ],
    };
  if (why.policy === "identity-based policy")
    return { mends: true, said: [info(`No policy of the identity allows ${action}: this permission would.`)] };
  if (why.policy === "resource-based policy")
    return {
      mends: true,
      said: [
        warn(
          `The resource's own policy does not allow ${action}. Where it lies in another account, it must do so too; a permission alone is not enough.`,
        ),
      ],
    };
  return {
    mends: false,
    said: [
      bad(`${capital(by)} does not allow ${action}. A permission cannot reach beyond it: who keeps it must open it.`),
    ],
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function principals(denied: readonly Denied[]): readonly Line[] {
  const names = [...new Set(denied.flatMap(({ principal }) => (principal === null ? [] : [principal])))];
  if (names.length === 0) return [];
  return [
    info(
      `It was denied to ${names.slice(0, 3).join(", ")}. Whether that is the workload you ask for, the message cannot tell.`,
    ),
  ];
}
