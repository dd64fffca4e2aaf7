import type { ManyVerb } from "#lib/domain/many.ts";

interface Words {
  readonly button: string;
  readonly title: string;
  readonly sentence: string;
  /** On the button that asks, before the count. */
  readonly go: string;
  readonly look: "primary" | "danger";
}

export const manyWords: { readonly [V in ManyVerb]: Words } = {
  transfer: {
    button: "Transfer…",
    title: "Transfer",
    sentence: "The new owner is asked to accept each; until then nothing changes.",
    go: "Ask to transfer",
    look: "primary",
  },
  renew: {
    button: "Renew…",
    title: "Renew",
    sentence: "Each keeps exactly what it is; only its end moves.",
    go: "Ask to renew",
    look: "primary",
  },
  retire: {
    button: "Retire…",
    title: "Retire",
    sentence:
      "Each is disabled at once: whatever uses it stops. It is removed after the hold; renewing until then enables it again. What goes beyond your hourly cap on a target waits its turn.",
    go: "Retire",
    look: "danger",
  },
  ask: {
    button: "Ask the owner…",
    title: "Ask the owners of",
    sentence: "Each owner is asked now whether it is still needed, with as long to answer as ever.",
    go: "Ask about",
    look: "primary",
  },
};

/** "1 identity", "12 identities". */
export const identitiesWord = (count: number): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? "identity" : "identities"}`;
