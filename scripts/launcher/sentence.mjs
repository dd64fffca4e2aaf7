/** What stops the launcher and can be mended: shown as one sentence, without a stack. */
export class Stop extends Error {}

/** The sentence for a failed system call that people meet; rethrows what it does not know. */
export function sentenceFor(error, where) {
  if (error.code === "ENOSPC")
    return `There is no free disk space in ${where}. Free some, or set CHARTER_HOME to a folder on another disk.`;
  if (["EACCES", "EPERM", "EROFS", "ENOENT", "ENOTDIR"].includes(error.code)) {
    return `${where} cannot be written by this user. Set CHARTER_HOME to a folder that can.`;
  }
  throw error;
}
