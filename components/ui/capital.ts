/** A sentence, or the part of one, as it begins a line; the name of an object at its front stays as it is written. */
export const capital = (text: string): string =>
  /^\p{Ll}+[-_:/\d]/u.test(text) ? text : text.charAt(0).toUpperCase() + text.slice(1);
