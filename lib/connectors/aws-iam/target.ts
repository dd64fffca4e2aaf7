import { randomBytes } from "node:crypto";
import type { ConnectEntry, Step, Target } from "#lib/connectors/connector.ts";
import { base32 } from "#lib/digest/name.ts";
import { accessUse } from "./access-use.ts";
import { check } from "./check.ts";
import { openAws } from "./client.ts";
import { accessKeyCredential } from "./credential.ts";
import { makesUser } from "./flow.ts";
import { type Ground, lateIsNotGone, windowsOf } from "./ground.ts";
import { lastUse } from "./last-use.ts";
import { discover, observe } from "./look.ts";
import { roles } from "./role.ts";
import { settingsSchema } from "./settings.ts";
import { change } from "./steps/change.ts";
import { create } from "./steps/create.ts";
import { disable, enable, prove } from "./steps/disable.ts";
import { empower, retag, verify } from "./steps/empower.ts";
import { remove, revokeKeys } from "./steps/remove.ts";
import { deleteOldKey, disableOldKey } from "./steps/rotate.ts";
import { deleteStrangeKeys } from "./steps/strangers.ts";
import { survey } from "./survey.ts";
import { accessKeys, users } from "./user.ts";
import { readWhole } from "./whole.ts";

/** Connects one AWS account. Makes no call; `check` does. Credentials: `accessKeyId`, `secretAccessKey`, `sessionToken`, or none for the SDK's default chain. */
export function connect(given: ConnectEntry): Target {
  const entry = { ...given, settings: settingsSchema.parse(given.settings) };
  const aws = openAws(entry);
  const keys = accessKeys(aws);
  const windows = windowsOf(entry.windows);
  const role: Ground = { aws, keys, windows, entry, holder: roles(aws) };
  const user: Ground = { aws, keys, windows, entry, holder: users(aws, keys) };
  return {
    check: (calls) => check({ role, user, calls, name: `charter-check-${base32(randomBytes(10))}` }),
    steps: {
      ...stepsOf(role),
      ...stepsOf(user),
      "revoke-keys": patient(revokeKeys(user)),
      "disable-old-key": patient(disableOldKey(user)),
      "delete-old-key": patient(deleteOldKey(user)),
      "delete-strange-keys": patient(deleteStrangeKeys(user)),
    },
    credential: accessKeyCredential(user),
    observe: (intent, calls) => observe(makesUser(intent.plan) ? user : role, intent, calls),
    discover: (calls) => discover({ aws, keys }, calls),
    readWhole: (calls, of) => readWhole({ role, user }, calls, of),
    survey: (calls) => survey(aws, calls),
    accessUse: accessUse(aws, windows.poll),
    lastUse: lastUse({ aws, keys, roles: role.holder }),
    close: async () => aws.close(),
  };
}

const stepsOf = (ground: Ground): Record<string, Step> => {
  const { noun } = ground.holder;
  const steps: Record<string, Step> = {
    [`create-${noun}`]: create(ground),
    [`prove-${noun}`]: prove(ground),
    [`empower-${noun}`]: empower(ground),
    [`change-${noun}`]: change(ground),
    [`verify-${noun}`]: verify(ground),
    [`retag-${noun}`]: retag(ground),
    [`enable-${noun}`]: enable(ground),
    [`disable-${noun}`]: disable(ground),
    [`remove-${noun}`]: remove(ground),
  };
  return Object.fromEntries(Object.entries(steps).map(([name, step]) => [name, patient(step)]));
};

/** A write to an object that was just read may still meet a server of IAM that does not know it: that is late, not gone. */
const patient = (step: Step): Step => ({ ...step, run: (work) => lateIsNotGone(() => step.run(work)) });
