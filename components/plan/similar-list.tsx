import Link from "next/link";
import type { Compared, Similar } from "#lib/domain/similar.ts";
import { EnvironmentBadge } from "../status.tsx";

/** Identities like the one asked for, each with what it may do beside that: a measure of what others get by with. */
export const SimilarList = ({ similar }: { readonly similar: readonly Similar[] }) => (
  <ul className="grid gap-2.5 text-sm">
    {similar.map((other) => (
      <li key={other.id} className="min-w-0">
        <span className="flex flex-wrap items-center gap-x-2 gap-y-0.5">
          <Link className="link font-[540] wrap-anywhere" href={`/identities/${other.id}`}>
            {other.name}
          </Link>
          <EnvironmentBadge environment={other.environment} />
          <span className="text-muted">{other.phrase}</span>
        </span>
        {other.compared ? <Beside compared={other.compared} /> : null}
      </li>
    ))}
  </ul>
);

const named = 4;

function Beside({ compared: { same, beside, without } }: { readonly compared: Compared }) {
  if (beside.length === 0 && without.length === 0)
    return (
      <p className="text-[12.5px] text-muted">May do the very same {same === 1 ? "action" : `${same} actions`}.</p>
    );
  return (
    <p className="text-[12.5px] leading-[1.5] text-muted" title={[...beside, ...without].join("\n")}>
      {same > 0 ? `${same} in common. ` : "Nothing in common. "}
      {beside.length > 0 ? <Listed words="May also" actions={beside} /> : null}{" "}
      {without.length > 0 ? <Listed words="Does without" actions={without} /> : null}
    </p>
  );
}

const Listed = ({ words, actions }: { readonly words: string; readonly actions: readonly string[] }) => (
  <>
    {words} <code className="wrap-anywhere">{actions.slice(0, named).join(", ")}</code>
    {actions.length > named ? ` and ${actions.length - named} more` : ""}.
  </>
);
