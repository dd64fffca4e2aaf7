import type { Mark } from "#lib/domain/target.ts";

/**
 * What we write as COMMENT on a role. First line: our mark, which never changes. Second line of a login: the attempt
 * whose password it holds and, once closed, by which intent. Second line of a role: labels for people, as JSON.
 */
const prefix = "charter:mark";

const markLine = ({ installation, intent, key, hmac }: Mark): string =>
  `${prefix} installation=${installation} intent=${intent} key=${key} hmac=${hmac}`;

/** State of a login. `closed` outranks every attempt; only a new intent opens it again, and none what was replaced. */
export interface LoginState {
  readonly attempt: number;
  readonly closedBy: string | null;
  readonly openedBy: string | null;
  /** A rotation closed it, for good. */
  readonly replaced: boolean;
}
export const newLogin: LoginState = { attempt: 0, closedBy: null, openedBy: null, replaced: false };

export function loginComment(mark: Mark, { attempt, closedBy, openedBy, replaced }: LoginState): string {
  const closed = closedBy === null ? null : `${replaced ? "replaced" : "closed"}=${closedBy}`;
  const last = closed !== null ? ` ${closed}` : openedBy !== null ? ` opened=${openedBy}` : "";
  return `${markLine(mark)}\ncharter:login attempt=${attempt}${last}`;
}

export const roleComment = (mark: Mark, labels: Readonly<Record<string, string>>): string =>
  `${markLine(mark)}\ncharter:labels ${JSON.stringify(labels)}`;

/** The mark a COMMENT carries, verified by nobody yet; null when it carries none. */
export function markOf(comment: string | null): Mark | null {
  const found = /^charter:mark installation=(\S+) intent=(\S+) key=(\S+) hmac=(\S+)$/.exec(firstLine(comment));
  const [, installation, intent, key, hmac] = found ?? [];
  if (installation === undefined || intent === undefined || key === undefined || hmac === undefined) return null;
  return { installation, intent, key, hmac };
}

export const carries = (comment: string | null, mark: Mark): boolean => firstLine(comment) === markLine(mark);

/** The login's state; null when the second line says none. */
export function loginStateOf(comment: string | null): LoginState | null {
  const found = /^charter:login attempt=(\d{1,9})(?: (closed|opened|replaced)=(\S+))?$/.exec(
    comment?.split("\n")[1] ?? "",
  );
  if (found === null) return null;
  const [, attempt, verb, intent = null] = found;
  return {
    attempt: Number(attempt),
    closedBy: verb === "closed" || verb === "replaced" ? intent : null,
    openedBy: verb === "opened" ? intent : null,
    replaced: verb === "replaced",
  };
}

const firstLine = (comment: string | null): string => comment?.split("\n")[0] ?? "";
