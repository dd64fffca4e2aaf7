import { type Anchor, fileAnchor, vaultAnchor } from "./anchors.ts";
import { sweepCalls } from "./sweeps/check-places.ts";
import type { Worker } from "./worker.ts";

/** The anchor that the configuration names; null when it names none. A vault is connected at the first call, and again when it changed. */
export function openAnchor(worker: Pick<Worker, "config" | "db" | "places">): Anchor | null {
  const { anchor, installation } = worker.config;
  if (anchor === null) return null;
  if ("file" in anchor) return fileAnchor(anchor.file);
  const { vault: name, mount, path } = anchor;
  const calls = sweepCalls(worker, name);
  const opened = async () =>
    vaultAnchor({ vault: await worker.places.vault(name), slot: { mount, path }, installation, calls });
  return {
    append: async (checkpoint) => (await opened()).append(checkpoint),
    last: async () => (await opened()).last(),
  };
}
