import { closeException, type ExceptionRow, insertException, lockOpenException } from "#db/store/exceptions.ts";
import type { Entry } from "#lib/audit/entry.ts";
import type { DatedException } from "#lib/domain/charter.ts";
import type { Work } from "../run.ts";

export interface Carried {
  readonly identity: string;
  /** The approved request version whose charter says it. */
  readonly request: string;
  readonly requestVersion: number;
  /** Null when its charter carries none by now, or it is gone. */
  readonly exception: DatedException | null;
}

/** Brings the register to what an identity's charter says by now; returns the entries, [] when nothing differs. */
export async function followException(work: Work, carried: Carried): Promise<readonly Entry[]> {
  const { identity, request, requestVersion, exception } = carried;
  const open = await lockOpenException(work.tx, identity);
  if (open === null ? exception === null : isSame(open, exception)) return [];
  const entries: Entry[] = [];
  if (open !== null) {
    const version = await closeException(work.tx, open.id, work.now);
    entries.push({
      noun: "exception",
      id: open.id,
      version,
      action: "exception.closed",
      detail: { identity, request },
    });
  }
  if (exception !== null) {
    const { reason, owner, endsAt } = exception;
    const [id, about] = [work.newId(), { identity, request, reason, owner }];
    await insertException(work.tx, { ...about, id, requestVersion, endsAt: new Date(endsAt), openedAt: work.now });
    entries.push({ noun: "exception", id, version: 1, action: "exception.opened", detail: { ...about, endsAt } });
  }
  return entries;
}

const isSame = ({ reason, owner, endsAt }: ExceptionRow, exception: DatedException | null): boolean =>
  exception !== null &&
  reason === exception.reason &&
  owner === exception.owner &&
  endsAt.getTime() === Date.parse(exception.endsAt);
