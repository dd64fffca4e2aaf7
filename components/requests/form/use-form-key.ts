"use client";
import { useState } from "react";

/** What tells one form from another: `id` is made anew for every drawing of a form that no draft holds yet. */
export interface FormMark {
  readonly id: string;
  readonly blueprint: string;
  /** Null while no draft of it is saved, or where the address does not name it. */
  readonly savedAt: number | null;
  /** Where what it was copied from is looked at. */
  readonly like: string | null;
}

/**
 * Key of a form, the same whenever its page is drawn anew: once its draft is saved its address names that instead of what the form
 * was copied from, and nothing typed or shown may be lost by it. Another blueprint, draft or model begins another form.
 */
export function useFormKey(now: FormMark): string {
  const [own, begin] = useState(now);
  if (!isAnother(own, now)) return own.id;
  begin(now);
  return now.id;
}

function isAnother(own: FormMark, now: FormMark): boolean {
  if (own.blueprint !== now.blueprint) return true;
  if (now.savedAt !== null) return own.id !== now.id;
  return now.like !== null && own.like !== now.like;
}
