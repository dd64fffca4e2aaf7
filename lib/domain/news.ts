import type { AskKind } from "./ask.ts";
import type { RequestKind } from "./charter.ts";
import type { NoticeKind } from "./notice.ts";

/** One entry of the audit log that somebody may have to be told of, with who stands around it. Ids of people are canonical. */
export interface News {
  /** Action of the entry: `verdict.given`. */
  readonly action: string;
  /** When, as an ISO instant. */
  readonly at: string;
  /** Id of the aggregate it concerns. */
  readonly subject: string;
  /** Who is said to have done it: a person's id, `System`, `host`, or nobody (empty) for what a worker asks. */
  readonly actor: string;
  /** The request behind it; null where there is none. */
  readonly request: string | null;
  readonly requestVersion: number;
  readonly kind: RequestKind | null;
  /** The identity behind it; null while it is only asked for. */
  readonly identity: string | null;
  readonly name: string;
  readonly environment: string;
  readonly requester: string | null;
  readonly owner: string | null;
  /** Whether the owner is no longer here: the backup is asked at once then. */
  readonly ownerLeft: boolean;
  /** The backup, or who is in the team that is the backup. */
  readonly backups: readonly string[];
  readonly endsIt: string | null;
  /** Who is asked to accept ownership now. */
  readonly accepter: string | null;
  /** Who may decide at this moment; empty once it is decided. */
  readonly approvers: readonly string[];
  /** Whether it was being taken back, of stuck work; and who is to be told of it. */
  readonly undoing: boolean;
  readonly operators: readonly string[];
  /** Who holds security, of what concerns a passkey; and whose key it is. */
  readonly security: readonly string[];
  readonly keyOf: string | null;
  /** `approve` or `deny`, of a verdict. */
  readonly verdict: string | null;
  /** Ids of keys that nobody recorded, for which an identity was suspended. */
  readonly strangers: readonly string[];
  /** Round of an identity's question. */
  readonly round: number | null;
  /** What was asked, of an ask; what was answered, of an answer; whether a remark asks for less. */
  readonly ask: AskKind | null;
  readonly answer: string | null;
  readonly proposes: boolean;
}

/** What is told of an entry, and to whom. */
export interface Told {
  readonly kind: NoticeKind;
  /** What it is about, the same however often it is seen. */
  readonly about: string;
  readonly to: readonly (string | null)[];
  readonly sentence: string;
  /** Where more is to be seen; the request or the identity when it is not said. */
  readonly path?: string;
}
