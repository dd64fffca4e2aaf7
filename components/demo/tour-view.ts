/** How the checklist was left, in this browser's cookie `charter-tour`. */
export type TourView = "open" | "folded" | "hidden";

/** Reads the cookie; null until somebody opened, folded or hid it. */
export const asTourView = (text: string | undefined): TourView | null =>
  text === "open" || text === "folded" || text === "hidden" ? text : null;
