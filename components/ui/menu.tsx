"use client";
import { DropdownMenu as Radix } from "radix-ui";
import type { ReactNode } from "react";

/** A list of verbs behind a button. `trigger` must be one focusable element. */
export function Menu({
  trigger,
  children,
  align = "end",
}: {
  readonly trigger: ReactNode;
  readonly children: ReactNode;
  readonly align?: "start" | "end";
}) {
  return (
    <Radix.Root modal={false}>
      <Radix.Trigger asChild>{trigger}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          align={align}
          sideOffset={6}
          collisionPadding={8}
          className="z-60 max-h-[70vh] min-w-52 overflow-y-auto rounded-lg border border-line bg-surface p-1 shadow-float"
        >
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export function MenuItem({
  onSelect,
  children,
  asChild = false,
}: {
  readonly onSelect?: () => void;
  readonly children: ReactNode;
  readonly asChild?: boolean;
}) {
  return (
    <Radix.Item
      asChild={asChild}
      {...(onSelect ? { onSelect } : {})}
      className="flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover [&_svg]:size-4 [&_svg]:text-muted"
    >
      {children}
    </Radix.Item>
  );
}

/** One of several, ticked. */
export function MenuChoices({
  value,
  onChange,
  choices,
}: {
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly choices: readonly { readonly value: string; readonly label: string; readonly icon?: ReactNode }[];
}) {
  return (
    <Radix.RadioGroup value={value} onValueChange={onChange}>
      {choices.map((choice) => (
        <Radix.RadioItem
          key={choice.value}
          value={choice.value}
          className="flex cursor-pointer items-center gap-2 rounded-md px-2.5 py-1.5 outline-none data-[highlighted]:bg-hover data-[state=checked]:font-[560] data-[state=checked]:text-accent-text [&_svg]:size-4"
        >
          {choice.icon}
          {choice.label}
          <Radix.ItemIndicator className="ml-auto pl-3">✓</Radix.ItemIndicator>
        </Radix.RadioItem>
      ))}
    </Radix.RadioGroup>
  );
}

export const MenuLabel = ({ children }: { readonly children: ReactNode }) => (
  <Radix.Label className="px-2.5 pt-1.5 pb-1 text-xs text-muted">{children}</Radix.Label>
);
export const MenuLine = () => <Radix.Separator className="mx-1 my-1 h-px bg-line" />;
