import type { ComponentProps, ReactElement, ReactNode } from "react";

/** One line of a menu. */
export type MenuLine =
  | { readonly kind: "label"; readonly words: ReactNode }
  | { readonly kind: "line" }
  | { readonly kind: "link"; readonly href: string; readonly icon: ReactNode; readonly words: string }
  /** A file to keep; nothing of it is fetched before it is chosen. */
  | { readonly kind: "file"; readonly href: string; readonly icon: ReactNode; readonly words: string }
  | { readonly kind: "verb"; readonly run: () => void; readonly icon: ReactNode; readonly words: string }
  /** On or off; the menu stays open. */
  | { readonly kind: "tick"; readonly words: ReactNode; readonly on: boolean; readonly run: () => void }
  /** One of several, ticked. */
  | {
      readonly kind: "choice";
      readonly value: string;
      readonly onChange: (value: string) => void;
      readonly choices: readonly { readonly value: string; readonly label: string; readonly icon?: ReactNode }[];
    };

export interface MenuProps {
  /** The very button, as one element. */
  readonly trigger: ReactElement<ComponentProps<"button">>;
  readonly lines: readonly MenuLine[];
  readonly align?: "start" | "end";
}
