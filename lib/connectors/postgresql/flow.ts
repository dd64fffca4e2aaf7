import type { FlowStep } from "#lib/connectors/connector.ts";
import type { RequestKind } from "#lib/domain/charter.ts";
import type { Plan } from "#lib/domain/plan.ts";

/** The ordered steps of one request. Names are keys of `Target.steps`, except `issue`. */
export function flow(kind: RequestKind, plan: Plan): readonly FlowStep[] {
  if (kind === "change-access") return changeAccess(Number(plan.change.added) > 0);
  return kind === "renew" && plan.change.staysSuspended === true ? renewedWhileSuspended : flows[kind];
}

const label = { name: "label", kind: "create", title: "Write the new end on the role" } as const;
const verify = { name: "verify", kind: "read", title: "Read everything back" } as const;

/** What only takes away goes first and does not wait behind provisioning work; what adds comes last. */
const changeAccess = (adds: boolean): readonly FlowStep[] => {
  const again = { ...label, title: "Write the labels on the role anew" };
  return adds
    ? [again, { name: "change-grants", kind: "empower", title: "Change its privileges" }, verify]
    : [{ name: "change-grants", kind: "revoke", title: "Take the privileges away" }, again, verify];
};

/** What a change that was ended half done has left, put right before the login may sign in. */
const mend = { name: "mend-grants", kind: "create", title: "Bring its privileges to the plan" } as const;

const renewedWhileSuspended: readonly FlowStep[] = [
  label,
  mend,
  { name: "extend", kind: "empower", title: "Move the end of its password; it stays closed" },
  verify,
];

const flows: Readonly<Record<Exclude<RequestKind, "change-access">, readonly FlowStep[]>> = {
  provision: [
    { name: "create-roles", kind: "create", title: "Create the role and its login, neither able to sign in" },
    { name: "grant", kind: "create", title: "Grant the privileges to the role" },
    { name: "prove-removal", kind: "read", title: "Prove that it can be disabled and removed" },
    { name: "issue", kind: "issue", title: "Make the password, store it, set it" },
    { name: "open", kind: "empower", title: "Allow the login to sign in" },
    verify,
  ],
  renew: [
    label,
    mend,
    { name: "extend", kind: "empower", title: "Move the end of its password, and open it again if it was disabled" },
    verify,
  ],
  suspend: [{ name: "close", kind: "disable", title: "Forbid signing in and end its sessions" }],
  rotate: [
    { name: "issue", kind: "issue", title: "Make a second login, try it and store its password" },
    { name: "disable-old-login", kind: "disable", title: "Forbid the older login to sign in", afterHold: true },
    { name: "drop-old-login", kind: "remove", title: "Drop the older login", afterHold: true },
  ],
  resume: [
    { ...label, title: "Write the labels on the role anew" },
    mend,
    { name: "extend", kind: "empower", title: "Allow the login to sign in again" },
    verify,
  ],
  transfer: [{ name: "label", kind: "create", title: "Write the new owner on the role" }],
  retire: [
    { name: "close", kind: "disable", title: "Forbid signing in and end its sessions" },
    { name: "drop-grants", kind: "revoke", title: "Take its privileges back in every database", afterHold: true },
    { name: "drop-roles", kind: "remove", title: "Drop the login and the role", afterHold: true },
  ],
};
