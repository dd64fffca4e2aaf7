"use client";
import Link from "next/link";
import { DropdownMenu as Radix } from "radix-ui";
import { useEffect, useRef } from "react";
import type { MenuLine, MenuProps } from "./menu-lines.ts";

const lineClass =
  "flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover [&_svg]:size-4";

/** The menu from its first press on; begins open, on its first line when a key opened it. */
export default function OpenMenu({
  trigger,
  lines,
  align = "end",
  byKeyboard,
}: MenuProps & { readonly byKeyboard: boolean }) {
  const content = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!byKeyboard) return;
    const frame = requestAnimationFrame(() => content.current?.querySelector<HTMLElement>("[role^=menuitem]")?.focus());
    return () => cancelAnimationFrame(frame);
  }, [byKeyboard]);
  return (
    <Radix.Root modal={false} defaultOpen>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          ref={content}
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-60 max-h-[70vh] min-w-52 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {lines.map((line) => (
            <Line key={keyOf(line)} line={line} />
          ))}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

const keyOf = (line: MenuLine): string =>
  line.kind === "link" ? line.href : "words" in line && typeof line.words === "string" ? line.words : line.kind;

function Line({ line }: { readonly line: MenuLine }) {
  if (line.kind === "label")
    return <Radix.Label className="px-2.5 pt-1.5 pb-1 text-xs text-muted">{line.words}</Radix.Label>;
  if (line.kind === "line") return <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
  if (line.kind === "choice") return <Choice line={line} />;
  if (line.kind === "tick")
    return (
      <Radix.CheckboxItem
        checked={line.on}
        onCheckedChange={line.run}
        onSelect={(event) => event.preventDefault()}
        className={lineClass}
      >
        {line.words}
        <Radix.ItemIndicator className="ml-auto pl-3">✓</Radix.ItemIndicator>
      </Radix.CheckboxItem>
    );
  if (line.kind === "verb")
    return (
      <Radix.Item onSelect={line.run} className={`${lineClass} [&_svg]:text-muted`}>
        {line.icon}
        {line.words}
      </Radix.Item>
    );
  if (line.kind === "file")
    return (
      <Radix.Item asChild className={`${lineClass} [&_svg]:text-muted`}>
        <a href={line.href} download>
          {line.icon}
          {line.words}
        </a>
      </Radix.Item>
    );
  return (
    <Radix.Item asChild className={`${lineClass} [&_svg]:text-muted`}>
      <Link href={line.href}>
        {line.icon}
        {line.words}
      </Link>
    </Radix.Item>
  );
}

const Choice = ({ line }: { readonly line: Extract<MenuLine, { kind: "choice" }> }) => (
  <Radix.RadioGroup value={line.value} onValueChange={line.onChange}>
    {line.choices.map((choice) => (
      <Radix.RadioItem
        key={choice.value}
        value={choice.value}
        className={`${lineClass} data-[state=checked]:font-[560] data-[state=checked]:text-accent-text`}
      >
        {choice.icon}
        {choice.label}
        <Radix.ItemIndicator className="ml-auto pl-3">✓</Radix.ItemIndicator>
      </Radix.RadioItem>
    ))}
  </Radix.RadioGroup>
);
