import { type RefObject, useEffect, useRef } from "react";

/** Takes over what was typed into a field before the page listened: the server's first paint shows it, and React knows nothing of it. */
export function useEarlyTyping(field: RefObject<HTMLInputElement | null>, take: (text: string) => void): void {
  const first = useRef(take);
  useEffect(() => {
    const typed = field.current;
    if (typed && typed.value !== typed.defaultValue) first.current(typed.value);
  }, [field]);
}
