/** What one verdict or remark is about; `planDigest` and `version` are what the approver saw. */
export interface Deciding {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly planDigest: string;
  readonly stage: number;
  /** Null where its end is no part of what is asked. */
  readonly endsAt: string | null;
  readonly droppable: readonly { readonly action: string; readonly dangerous: boolean }[];
}
