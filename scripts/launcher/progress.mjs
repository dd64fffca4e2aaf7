import { isEnding } from "./run.mjs";
import { Stop } from "./sentence.mjs";

export const say = (line) => process.stdout.write(`${line}\n`);

/**
 * Runs one step and tells it with its seconds: a terminal sees them count, a log sees a line at the start of a long one and a
 * line at the end. What the step returns as text is its note. Starts nothing once the launcher is being stopped.
 */
export async function step(title, run) {
  if (isEnding()) throw new Stop("Stopped.");
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const live = process.stdout.isTTY;
  const clear = live ? "\r\u001b[K" : "";
  const draw = () => process.stdout.write(`${clear}  ${title} … ${seconds().toFixed(0)} s`);
  const ticking = live ? setInterval(draw, 1_000) : setTimeout(() => say(`  ${title} …`), 3_000);
  if (live) draw();
  try {
    const note = await run();
    process.stdout.write(
      `${clear}  ${title}${typeof note === "string" ? ` · ${note}` : ""} (${seconds().toFixed(1)} s)\n`,
    );
  } catch (error) {
    process.stdout.write(`${clear}  ${title}: stopped after ${seconds().toFixed(1)} s\n`);
    throw error;
  } finally {
    clearInterval(ticking);
  }
}
