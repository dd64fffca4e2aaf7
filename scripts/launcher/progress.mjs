/** Tells each step and its seconds on one line; a terminal sees the line grow, a log sees it once. */
export async function step(title, run) {
  const started = performance.now();
  const live = process.stdout.isTTY;
  if (live) process.stdout.write(`  ${title} …`);
  const outcome = await run();
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const note = typeof outcome === "string" ? ` · ${outcome}` : "";
  process.stdout.write(`${live ? "\r\u001b[K" : ""}  ${title}${note} (${seconds} s)\n`);
  return outcome;
}

export const say = (line) => process.stdout.write(`${line}\n`);
