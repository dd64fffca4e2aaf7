import { CircleHelp, ShieldAlert } from "lucide-react";
import { Badge } from "#components/ui/badge.tsx";
import type { Level } from "#lib/domain/reach.ts";

/** An access level in a word; what changes permissions, and what nobody knows, carries a mark. */
export function LevelBadge({ level }: { readonly level: Level | null }) {
  if (level === null)
    return (
      <Badge tone="warn" icon={<CircleHelp aria-hidden />}>
        unknown
      </Badge>
    );
  if (level === "permissions")
    return (
      <Badge tone="bad" icon={<ShieldAlert aria-hidden />}>
        permissions
      </Badge>
    );
  return <Badge tone={level === "write" ? "outline" : "neutral"}>{level}</Badge>;
}
