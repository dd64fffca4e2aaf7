import type { ReactNode } from "react";

const initials = (name: string): string => {
  const words = name.trim().split(/\s+/);
  const last = words.length > 1 ? words.at(-1) : "";
  return `${[...(words[0] ?? "?")][0] ?? "?"}${[...(last ?? "")][0] ?? ""}`.toUpperCase();
};

export const Avatar = ({ name }: { readonly name: string }) => (
  <span
    aria-hidden
    className="inline-block size-[22px] shrink-0 rounded-full bg-accent-soft text-center text-[10px] leading-[22px] font-semibold text-accent-text"
  >
    {initials(name)}
  </span>
);

/** A person or team by face and name. */
export const Person = ({ name, remark }: { readonly name: string; readonly remark?: ReactNode }) => (
  <span className="inline-flex max-w-full min-w-0 flex-wrap items-center gap-x-[7px] align-middle">
    <Avatar name={name} />
    <bdi className="truncate">{name}</bdi>
    {remark === undefined ? null : <span className="text-muted">{remark}</span>}
  </span>
);
