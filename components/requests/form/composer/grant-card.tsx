"use client";
import { Asterisk, Plus, TriangleAlert, X } from "lucide-react";
import { type KeyboardEvent, useId } from "react";
import { Badge } from "#components/ui/badge.tsx";
import { IconButton } from "#components/ui/button.tsx";
import { FieldError } from "#components/ui/field.tsx";
import { Input } from "#components/ui/input.tsx";
import type { ActionShown, Grant, GrantShown, Remark } from "#lib/domain/permission.ts";
import type { FormHelp } from "../contract.ts";
import { LevelBadge } from "./level-badge.tsx";

interface GrantProps {
  readonly at: number;
  readonly grant: Grant;
  readonly words: FormHelp["words"];
  /** As explained back; null until the server has. */
  readonly shown: GrantShown | null;
  readonly remarks: readonly Remark[];
  /** How a resource for these actions is written. */
  readonly patterns: readonly string[];
  readonly set: (grant: Grant) => void;
}

/** Some actions on some resources: each action with its level, each resource with what is wrong with it. */
export function GrantCard({ at, grant, words, shown, remarks, patterns, set }: GrantProps) {
  const about = (part: string) => remarks.filter(({ field }) => field === `need.grants.${at}.${part}`);
  return (
    <fieldset className="min-w-0 rounded-md border border-line px-2.5 pt-1.5 pb-2">
      <legend className="sr-only">Permission {at + 1}</legend>
      <ul className="grid">
        {grant.actions.map((action, index) => (
          <ActionLine
            key={action}
            action={action}
            told={shown?.actions.find((one) => one.action === action)}
            remarks={about(`actions.${index}`)}
            drop={() => set({ ...grant, actions: grant.actions.filter((one) => one !== action) })}
          />
        ))}
      </ul>
      <Resources {...{ at, grant, words, patterns, set }} open={shown?.open ?? []} about={about} />
    </fieldset>
  );
}

function ActionLine(props: {
  readonly action: string;
  readonly told: ActionShown | undefined;
  readonly remarks: readonly Remark[];
  readonly drop: () => void;
}) {
  const { action, told } = props;
  return (
    <li>
      <span className="flex min-h-8 items-center gap-2">
        <code className="min-w-0 shrink-0 text-sm break-all">{action}</code>
        <span className="min-w-0 flex-1 truncate text-xs text-muted" title={told?.description}>
          {told?.description}
        </span>
        {told?.standsFor == null ? null : (
          <Badge tone="warn" icon={<Asterisk aria-hidden />}>
            wildcard: {told.standsFor}
          </Badge>
        )}
        {told ? <LevelBadge level={told.level} /> : null}
        <IconButton label={`Take ${action} away`} className="size-7" onClick={props.drop}>
          <X aria-hidden />
        </IconButton>
      </span>
      <Remarks remarks={props.remarks} />
    </li>
  );
}

interface ResourcesProps extends Pick<GrantProps, "at" | "grant" | "words" | "patterns" | "set"> {
  readonly open: readonly string[];
  readonly about: (part: string) => readonly Remark[];
}

function Resources({ grant, words, patterns, set, open, about }: ResourcesProps) {
  const id = useId();
  const { resources } = grant;
  const write = (index: number, text: string) =>
    set({ ...grant, resources: resources.map((one, place) => (place === index ? text : one)) });
  const more = () => set({ ...grant, resources: [...resources, ""] });
  const less = (index: number) => set({ ...grant, resources: resources.filter((_, place) => place !== index) });
  const onKeyDown = (event: KeyboardEvent<HTMLInputElement>, index: number) => {
    if (event.key === "Enter" && resources[index]?.trim()) more();
    else if (event.key === "Backspace" && resources[index] === "" && resources.length > 1) less(index);
    else return;
    event.preventDefault();
  };
  return (
    <div className="mt-1 grid gap-1.5 border-t border-line pt-2">
      {resources.map((text, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a resource's name is what is typed.
        <div key={index}>
          <span className="flex items-center gap-1.5">
            <Input
              mono
              autoFocus={index > 0 && text === ""}
              aria-label={resources.length === 1 ? words.resource : `${words.resource} ${index + 1}`}
              aria-describedby={`${id}-${index}`}
              aria-invalid={about(`resources.${index}`).some(({ tone }) => tone === "bad") || undefined}
              placeholder={patterns[0] ?? words.example}
              maxLength={2_048}
              value={text}
              onChange={(event) => write(index, event.target.value)}
              onKeyDown={(event) => onKeyDown(event, index)}
            />
            {open.includes(text.trim()) ? (
              <Badge tone="warn" icon={<Asterisk aria-hidden />}>
                open-ended
              </Badge>
            ) : null}
            {resources.length > 1 ? (
              <IconButton label={`Take ${text || "this line"} away`} className="size-7" onClick={() => less(index)}>
                <X aria-hidden />
              </IconButton>
            ) : null}
          </span>
          <div id={`${id}-${index}`}>
            <Remarks remarks={about(`resources.${index}`)} />
          </div>
        </div>
      ))}
      <Remarks remarks={resources.every((one) => one === "") ? [] : about("resources")} />
      <span className="flex min-h-6 flex-wrap items-center gap-x-3 gap-y-1 text-[12.5px] text-muted">
        <Written
          patterns={patterns}
          begin={(start) => write(resources.length - 1, start)}
          empty={resources.at(-1) === ""}
        />
        <button type="button" className="link ml-auto inline-flex items-center gap-1" onClick={more}>
          <Plus aria-hidden className="size-3.5" />
          Another {words.resource}
        </button>
      </span>
    </div>
  );
}

/** How a resource is written, and a way to begin with it: what stands before the first name of one's own. */
function Written({
  patterns,
  begin,
  empty,
}: {
  readonly patterns: readonly string[];
  readonly begin: (start: string) => void;
  readonly empty: boolean;
}) {
  const starts = [...new Set(patterns.map((pattern) => pattern.split("<")[0] ?? ""))].slice(0, 2);
  if (!empty) return <span className="min-w-0 truncate">{patterns.slice(0, 2).join(" · ")}</span>;
  return starts.map((start) => (
    <button key={start} type="button" className="link font-mono text-xs" onClick={() => begin(start)}>
      Begin with {start}
    </button>
  ));
}

const Remarks = ({ remarks }: { readonly remarks: readonly Remark[] }) =>
  remarks.map(({ tone, field, sentence, mend }) => (
    <p key={`${field} ${sentence}`} className="py-0.5 text-[12.5px] leading-[1.45]">
      {tone === "bad" ? (
        <FieldError>
          {sentence} {mend}
        </FieldError>
      ) : (
        <span className="flex gap-1.5 text-warn">
          <TriangleAlert aria-hidden className="mt-0.5 size-3.5 shrink-0" />
          {sentence}
        </span>
      )}
    </p>
  ));
