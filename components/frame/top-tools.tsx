"use client";
import { createContext, type ReactNode, use } from "react";

const Tools = createContext<ReactNode>(null);

/** The portal's layout gives the tools once; every page's top line shows them. */
export const TopToolsProvider = ({ tools, children }: { readonly tools: ReactNode; readonly children: ReactNode }) => (
  <Tools value={tools}>{children}</Tools>
);

export const TopTools = () => <div className="ml-auto flex items-center gap-1.5">{use(Tools)}</div>;
