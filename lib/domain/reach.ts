/** Access levels as AWS's service authorization reference has them; other connectors map theirs onto these. */
export const levels = ["list", "read", "write", "permissions", "tagging"] as const;
export type Level = (typeof levels)[number];

/** One known way to gain more power than granted, drawn as a path from the identity to what it could become. */
export interface Escalation {
  readonly id: string;
  readonly sentence: string;
  readonly path: readonly { readonly node: string; readonly via?: string }[];
  readonly actions: readonly string[];
  /** What to drop so that the path closes. */
  readonly mend: string;
}

/** What an identity will be able to do, every action expanded. Made by a connector from planned objects; counted, never guessed. */
export interface Reach {
  readonly services: readonly {
    readonly service: string;
    readonly title: string;
    readonly levels: { readonly [L in Level]: readonly string[] };
  }[];
  /** Number of expanded actions, and of distinct resource expressions. */
  readonly actions: number;
  readonly resources: readonly string[];
  /** Action expressions that contain a wildcard, as written. */
  readonly wildcardActions: readonly string[];
  /** Resource expressions that are or end in an unbounded wildcard ("every bucket"), as written. */
  readonly wildcardResources: readonly string[];
  readonly permissionManagement: readonly string[];
  readonly escalations: readonly Escalation[];
  /** Actions that no data knows: shown as unknown, treated as permission management. */
  readonly unknown: readonly string[];
  /** What it may do besides, by what the target gives everybody; a sentence each. Absent: nothing is known of any. */
  readonly besides?: readonly string[];
  /** One short phrase for tables: "Write to 1 bucket". */
  readonly phrase: string;
}
