import { existsSync, readFileSync } from "node:fs";

/** True while a process with this id runs; a zombie does not. */
export function alive(pid) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error.code === "EPERM";
  }
  return !/^Z/.test(stat(pid)[0] ?? "");
}

/**
 * When the kernel says a process began: with the id it names one process for ever, an id alone may be another's by now.
 * Empty where there is no /proc.
 */
export const birth = (pid) => stat(pid)[19] ?? "";

/** True when the process that was recorded as {pid, birth} still runs. */
export const stillRuns = (recorded) => alive(recorded.pid) && birth(recorded.pid) === recorded.birth;

export function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Fields of /proc/<pid>/stat from the state on; a command's name may hold spaces, so they start after its parenthesis. */
function stat(pid) {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return [];
  const text = readFileSync(file, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}
