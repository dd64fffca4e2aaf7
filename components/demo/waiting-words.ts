import type { ExamplePerson } from "#db/read/example-people.ts";

const counted = (count: number, one: string, many: string): readonly string[] =>
  count === 0 ? [] : [`${count} ${count === 1 ? one : many}`];

/** What waits for somebody, in a line. */
export function waitingWords({ waiting }: ExamplePerson): string {
  const parts = [
    ...counted(waiting.approvals, "approval", "approvals"),
    ...counted(waiting.requests, "request", "requests"),
    ...counted(waiting.questions, "question", "questions"),
    ...counted(waiting.stuck, "stuck step", "stuck steps"),
  ];
  return parts.length === 0
    ? "Nothing waits"
    : `${parts.join(", ")} ${parts.length === 1 && /^1 /.test(parts[0] ?? "") ? "waits" : "wait"}`;
}
