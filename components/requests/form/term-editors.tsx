"use client";
import { Button } from "#components/ui/button.tsx";
import { DateInput } from "#components/ui/date-input.tsx";
import { Input } from "#components/ui/input.tsx";
import { startOf } from "#components/ui/moment.ts";
import type { RetirementCondition } from "#lib/domain/charter.ts";
import type { EditorProps } from "./props.ts";

const days = (text: string): number => Math.min(3_650, Math.max(0, Number.parseInt(text, 10) || 0));

const other: readonly {
  readonly kind: "repository-archived" | "service-decommissioned" | "owner-gone";
  readonly label: string;
}[] = [
  { kind: "repository-archived", label: "repository archived" },
  { kind: "service-decommissioned", label: "service decommissioned" },
  { kind: "owner-gone", label: "owner gone" },
];

/** Which conditions retire it before its end. */
export function RetirementEditor({ preview, answers, edit }: EditorProps) {
  const conditions = answers.edits.retireWhen ?? preview?.filled.retireWhen ?? [];
  const unused = conditions.find((condition) => condition.kind === "unused");
  const set = (next: readonly RetirementCondition[]) => edit({ retireWhen: next });
  const without = (kind: string) => conditions.filter((condition) => condition.kind !== kind);
  return (
    <span className="grid gap-1 py-1">
      <span className="flex items-center gap-2">
        unused for
        <Input
          type="number"
          aria-label="Days unused before it retires"
          min={0}
          className="max-w-20"
          value={unused?.kind === "unused" ? unused.days : 0}
          onChange={(event) =>
            set([
              ...(days(event.target.value) > 0 ? [{ kind: "unused" as const, days: days(event.target.value) }] : []),
              ...without("unused"),
            ])
          }
        />
        days (0: never)
      </span>
      {other.map(({ kind, label }) => (
        <label key={kind} className="flex items-center gap-2">
          <input
            type="checkbox"
            className="accent-[var(--accent)]"
            checked={conditions.some((condition) => condition.kind === kind)}
            onChange={(event) => set(event.target.checked ? [...conditions, { kind }] : without(kind))}
          />
          {label}
        </label>
      ))}
    </span>
  );
}

/** How often the credential is replaced, and which analysis says that this is often enough. */
export function RotationEditor({ preview, answers, edit }: EditorProps) {
  const rotation = answers.edits.rotation ?? preview?.filled.rotation ?? { everyDays: 90, riskAnalysis: "" };
  return (
    <span className="grid gap-1 py-1">
      <span className="flex items-center gap-2">
        every
        <Input
          type="number"
          aria-label="Days between rotations"
          min={1}
          className="max-w-20"
          value={rotation.everyDays}
          onChange={(event) => edit({ rotation: { ...rotation, everyDays: Math.max(1, days(event.target.value)) } })}
        />
        days
      </span>
      <Input
        aria-label="Reference of the risk analysis"
        placeholder="Reference of the risk analysis"
        value={rotation.riskAnalysis}
        maxLength={200}
        onChange={(event) => edit({ rotation: { ...rotation, riskAnalysis: event.target.value } })}
      />
    </span>
  );
}

/** A dated exception to policy: why, until when, and who answers for it (the requester, until changed by the owner). */
export function ExceptionEditor({ preview, answers, edit, done, me }: EditorProps) {
  const exception = answers.edits.exception ??
    preview?.filled.exception ?? { reason: "", endsAt: "", owner: preview?.filled.owner ?? me };
  const set = (part: Partial<typeof exception>) => edit({ exception: { ...exception, ...part } });
  return (
    <span className="grid gap-1.5 py-1">
      <Input
        aria-label="Reason for the exception"
        placeholder="Why policy should bend here"
        value={exception.reason}
        maxLength={500}
        onChange={(event) => set({ reason: event.target.value })}
      />
      <span className="flex gap-2">
        <DateInput
          aria-label="End of the exception"
          className="flex-1"
          value={exception.endsAt.slice(0, 10)}
          onChange={(day) => set({ endsAt: day && startOf(day) })}
        />
        <Button
          size="sm"
          className="h-[34px]"
          onClick={() => {
            edit({ exception: null });
            done();
          }}
        >
          No exception
        </Button>
      </span>
    </span>
  );
}

/** Which domains of data a third party may see, separated by commas. */
export function DomainsEditor({ line, preview, edit, done }: EditorProps) {
  const split = (text: string): readonly string[] =>
    text
      .split(",")
      .map((domain) => domain.trim())
      .filter(Boolean);
  return (
    <Input
      autoFocus
      aria-label={line.label}
      placeholder="invoices, customers"
      maxLength={1_000}
      defaultValue={(preview?.filled.dataDomains ?? []).join(", ")}
      onKeyDown={(event) => (event.key === "Enter" || event.key === "Escape") && done()}
      onChange={(event) => edit({ dataDomains: split(event.target.value) })}
    />
  );
}
