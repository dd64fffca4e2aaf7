import { cache } from "react";
import { type FrameState, readFrame } from "#db/read/frame.ts";
import { reader } from "./context.ts";

/** What the frame shows, read once for a page: its layout draws it, and a page that tells the same counts takes them from here. */
export const sharedFrame = cache(async (): Promise<FrameState> => {
  const { db, viewer } = await reader();
  return readFrame(db, viewer);
});
