"use client";
import { ChevronRight, Search, X } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { cx } from "#components/ui/cx.ts";
import type { FieldControl } from "#components/ui/field.tsx";
import { controlClass } from "#components/ui/input.tsx";
import type { Found } from "#lib/domain/permission.ts";
import { LevelBadge } from "./level-badge.tsx";
import { useSearch } from "./use-search.ts";

type Action = Extract<Found, { kind: "action" }>;
interface SearchProps {
  readonly control: FieldControl;
  readonly blueprint: string;
  readonly onAdd: (action: Action) => void;
  /** It was just asked for: focus follows the person. */
  readonly autoFocus: boolean;
}

/** Services and actions by name or by what they do. Enter adds an action, or looks into a service; Backspace leaves it again. */
export function PermissionSearch({ control, blueprint, onAdd, autoFocus }: SearchProps) {
  const list = useId();
  const box = useBox(blueprint, onAdd);
  const { hits, active, open } = box;
  return (
    <span className="relative block min-w-0">
      <span
        className={cx(
          controlClass,
          "flex h-[34px] items-center gap-1.5 px-2.5 focus-within:outline-2 focus-within:outline-accent",
        )}
      >
        <Search aria-hidden className="size-4 shrink-0 text-muted" />
        {box.within === null ? null : <Within service={box.within} leave={() => box.look(null)} />}
        <input
          {...control}
          // biome-ignore lint/a11y/noAutofocus: it replaces the question that a person just answered otherwise.
          autoFocus={autoFocus}
          role="combobox"
          aria-expanded={open}
          aria-controls={list}
          aria-autocomplete="list"
          aria-activedescendant={open && hits[active] ? `${list}-${active}` : undefined}
          autoComplete="off"
          spellCheck={false}
          maxLength={100}
          placeholder={box.within === null ? "Search services and actions: put object, sqs…" : "Search its actions"}
          value={box.text}
          onChange={(event) => box.type(event.target.value)}
          onFocus={() => box.unfold(true)}
          onBlur={() => box.unfold(false)}
          onKeyDown={box.onKeyDown}
          className="min-w-0 flex-1 bg-transparent text-base outline-none placeholder:text-faint"
        />
      </span>
      {open ? (
        <div
          id={list}
          role="listbox"
          aria-label="Services and actions"
          className="absolute z-30 mt-1 max-h-80 w-full overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {hits.map((hit, at) => (
            <Hit
              key={hit.kind === "service" ? hit.service : `${hit.action} ${hit.of}`}
              id={`${list}-${at}`}
              hit={hit}
              active={at === active}
              take={() => box.take(hit)}
            />
          ))}
          {hits.length === 0 ? <Nothing asking={box.asking} failed={box.failed} /> : null}
        </div>
      ) : null}
    </span>
  );
}

interface Service {
  readonly service: string;
  readonly title: string;
}

function useBox(blueprint: string, onAdd: SearchProps["onAdd"]) {
  const [text, setText] = useState("");
  const [within, setWithin] = useState<Service | null>(null);
  const [active, setActive] = useState(0);
  const [unfolded, unfold] = useState(false);
  const { found, asking } = useSearch({ blueprint, text, within: within?.service ?? null });
  const hits = found ?? [];
  const open = unfolded && (text.trim() !== "" || within !== null);
  const type = (typed: string) => {
    setText(typed);
    setActive(0);
    unfold(true);
  };
  const look = (service: Service | null) => {
    setWithin(service);
    type("");
  };
  const take = (hit: Found) => {
    if (hit.kind === "service") return look(hit);
    onAdd(hit);
    type("");
  };
  const move = (step: number) => setActive((at) => (at + step + hits.length) % Math.max(1, hits.length));
  const onKeyDown = (event: KeyboardEvent) => {
    const hit = asking ? undefined : hits[active];
    const act = [
      { key: "ArrowDown", now: true, act: () => (open ? move(1) : unfold(true)) },
      { key: "ArrowUp", now: open, act: () => move(-1) },
      { key: "Enter", now: true, act: () => hit && open && take(hit) },
      { key: "Escape", now: open, act: () => unfold(false) },
      { key: "Backspace", now: text === "" && within !== null, act: () => look(null) },
    ].find((one) => one.key === event.key && one.now)?.act;
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  };
  return { text, within, active, open, hits, asking, failed: found === null, type, look, take, unfold, onKeyDown };
}

const Within = ({ service, leave }: { readonly service: Service; readonly leave: () => void }) => (
  <span className="inline-flex max-w-44 items-center gap-1 rounded-[5px] bg-accent-soft pl-1.5 text-xs font-[540] text-accent-text">
    <span className="truncate">{service.title}</span>
    <button
      type="button"
      aria-label={`Leave ${service.title}`}
      className="grid size-5 place-items-center"
      onClick={leave}
    >
      <X aria-hidden className="size-3" />
    </button>
  </span>
);

const Nothing = ({ asking, failed }: { readonly asking: boolean; readonly failed: boolean }) => (
  <div className="px-2.5 py-1.5 text-sm text-muted">
    {failed ? "The search could not be asked. Type on to try again." : asking ? "Searching…" : "Nothing matches."}
  </div>
);

function Hit(props: { readonly id: string; readonly hit: Found; readonly active: boolean; readonly take: () => void }) {
  const { hit } = props;
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: keys are handled on the input, which keeps focus (ARIA combobox pattern).
    // biome-ignore lint/a11y/useFocusableInteractive: as above, options are reached through aria-activedescendant.
    <div
      id={props.id}
      ref={(row) => {
        if (props.active) row?.scrollIntoView({ block: "nearest" });
      }}
      role="option"
      aria-selected={props.active}
      onMouseDown={(event) => event.preventDefault()}
      onClick={props.take}
      className={cx("flex items-center gap-2 rounded-md px-2.5 py-1.5 hover:bg-hover", props.active && "bg-hover")}
    >
      {hit.kind === "service" ? (
        <>
          <span className="min-w-0 truncate font-[540]">{hit.title}</span>
          <code className="text-xs text-muted">{hit.service}</code>
          <ChevronRight aria-hidden className="ml-auto size-4 shrink-0 text-muted" />
        </>
      ) : (
        <>
          <span className="min-w-0 flex-1">
            <code className="block truncate text-sm">{hit.action}</code>
            <span className="block truncate text-xs text-muted">
              {hit.of}: {hit.description}
            </span>
          </span>
          <LevelBadge level={hit.level} />
        </>
      )}
    </div>
  );
}
