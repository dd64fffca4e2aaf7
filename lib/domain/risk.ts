import type { Charter } from "./charter.ts";
import type { Level, Reach } from "./reach.ts";

/** Points named one by one; their sum is capped. The figures are Charter's own. */
export interface Risk {
  /** 0–100. */
  readonly points: number;
  readonly parts: readonly { readonly label: string; readonly points: number }[];
}

const riskFigures = {
  environment: { dev: 0, staging: 2, prod: 6 },
  credential: { "platform-native": 0, federated: 0, "short-lived": 0, dynamic: 6, static: 20 },
  /** Per service, for the highest level it is reached at. */
  level: { list: 0, read: 3, write: 6, permissions: 12, tagging: 0 },
  wildcardResource: 10,
  escalation: 36,
  firstOfItsKind: 4,
  cap: 100,
} as const;

const highestFirst: readonly Level[] = ["permissions", "write", "read"];
const levelWords: { readonly [L in Level]: string } = {
  list: "lists",
  read: "reads",
  write: "writes",
  permissions: "changes permissions",
  tagging: "tags",
};

/** The sum that makes an identity risky, with its arithmetic; parts of no points are left out. `similar` counts its kind. */
export function riskOf(ask: {
  readonly charter: Pick<Charter, "environment" | "credential">;
  readonly reach: Reach;
  readonly similar: number;
}): Risk {
  const { charter, reach, similar } = ask;
  const parts = [
    { label: charter.environment, points: riskFigures.environment[charter.environment] },
    { label: `${charter.credential} credential`, points: riskFigures.credential[charter.credential] },
    ...reach.services.map(({ title, levels }) => {
      const level = highestFirst.find((one) => levels[one].length > 0) ?? "list";
      return { label: `${levelWords[level]} ${title}`, points: riskFigures.level[level] };
    }),
    { label: "wildcard resource", points: reach.wildcardResources.length > 0 ? riskFigures.wildcardResource : 0 },
    { label: "known way to escalate", points: reach.escalations.length > 0 ? riskFigures.escalation : 0 },
    { label: "first of its kind", points: similar === 0 ? riskFigures.firstOfItsKind : 0 },
  ].filter((part) => part.points > 0);
  return {
    points: Math.min(
      riskFigures.cap,
      parts.reduce((sum, part) => sum + part.points, 0),
    ),
    parts,
  };
}
