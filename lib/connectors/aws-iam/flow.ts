import type { FlowStep } from "#lib/connectors/connector.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan } from "#lib/domain/plan.ts";
import { strangersOf } from "#lib/domain/provisioning/strangers.ts";
import { kinds } from "./plan.ts";

/** Does this plan make a user (with a key) instead of a role? */
export const makesUser = (plan: Plan): boolean => plan.objects.some(({ kind }) => kind === kinds.user);

/** The ordered steps of one request. Names are keys of `Target.steps`, except `issue`. */
export function flow(kind: RequestKind, plan: Plan): readonly FlowStep[] {
  const noun = makesUser(plan) ? "user" : "role";
  switch (kind) {
    case "provision":
      return provision(noun);
    case "change-access":
      return changeAccess(noun, Number(plan.change.added) > 0);
    case "renew":
      return renew(noun, plan.change.staysSuspended === true);
    case "transfer":
      return [{ name: `retag-${noun}`, kind: "create", title: `Write the new owner on the ${noun}` }];
    case "suspend":
      return suspend(noun, strangersOf(plan).length > 0);
    case "resume":
      return [
        { name: `retag-${noun}`, kind: "create", title: `Write the tags of the ${noun} anew` },
        { name: `empower-${noun}`, kind: "empower", title: "Write its permissions anew" },
        { name: `enable-${noun}`, kind: "empower", title: `Enable the ${noun} again` },
        { name: `verify-${noun}`, kind: "read", title: "Read everything back" },
      ];
    case "rotate":
      return [
        { name: "issue", kind: "issue", title: "Make a second access key and store it" },
        { name: "disable-old-key", kind: "disable", title: "Disable the older access key", afterHold: true },
        { name: "delete-old-key", kind: "remove", title: "Delete the older access key", afterHold: true },
      ];
    case "retire":
      return retire(noun);
  }
}

const provision = (noun: "role" | "user"): readonly FlowStep[] => [
  { name: `create-${noun}`, kind: "create", title: `Create the ${noun}, without permissions` },
  { name: `prove-${noun}`, kind: "create", title: "Prove that it can be disabled" },
  ...(noun === "user" ? [{ name: "issue", kind: "issue", title: "Make the access key and store it" } as const] : []),
  { name: `empower-${noun}`, kind: "empower", title: "Attach the permissions" },
  { name: `verify-${noun}`, kind: "read", title: "Read everything back" },
];

/** What only takes away goes first and does not wait behind provisioning work; what adds comes last. */
function changeAccess(noun: "role" | "user", adds: boolean): readonly FlowStep[] {
  const name = `change-${noun}`;
  const retag = { name: `retag-${noun}`, kind: "create", title: `Write the tags of the ${noun} anew` } as const;
  const verify = { name: `verify-${noun}`, kind: "read", title: "Read everything back" } as const;
  return adds
    ? [retag, { name, kind: "empower", title: "Put the new permissions in place of the old" }, verify]
    : [{ name, kind: "revoke", title: "Take the permissions away" }, retag, verify];
}

/** All power first, then what nobody recorded: deleting a key ends no session that was begun with it. */
const suspend = (noun: "role" | "user", strangers: boolean): readonly FlowStep[] => [
  { name: `disable-${noun}`, kind: "disable", title: `Disable the ${noun}` },
  ...(strangers
    ? [{ name: "delete-strange-keys", kind: "remove", title: "Delete the access keys that nobody recorded" } as const]
    : []),
];

const renew = (noun: "role" | "user", staysSuspended: boolean): readonly FlowStep[] => [
  { name: `retag-${noun}`, kind: "create", title: `Write the new end on the ${noun}` },
  { name: `empower-${noun}`, kind: "empower", title: "Move the end of its permissions" },
  ...(staysSuspended
    ? []
    : [{ name: `enable-${noun}`, kind: "empower", title: "Enable it, if it was disabled" } as const]),
  { name: `verify-${noun}`, kind: "read", title: "Read everything back" },
];

const retire = (noun: "role" | "user"): readonly FlowStep[] => [
  { name: `disable-${noun}`, kind: "disable", title: `Disable the ${noun}` },
  ...(noun === "user"
    ? [{ name: "revoke-keys", kind: "revoke", title: "Delete its access keys", afterHold: true } as const]
    : []),
  { name: `remove-${noun}`, kind: "remove", title: `Remove the ${noun}`, afterHold: true },
];
