import "@fontsource-variable/inter";
import "@fontsource-variable/jetbrains-mono";
import "./globals.css";
import type { Metadata, Viewport } from "next";
import { cookies } from "next/headers";
import type { ReactNode } from "react";
import { asTheme } from "#components/frame/theme-name.ts";

/** Every page is made for its request, so that it carries its own nonce. */
export const dynamic = "force-dynamic";
export const metadata: Metadata = {
  title: { default: "Charter", template: "%s · Charter" },
  description: "Machine identities, born governed.",
};
export const viewport: Viewport = { width: "device-width", initialScale: 1, colorScheme: "light dark" };

export default async function RootLayout({ children }: { readonly children: ReactNode }) {
  const theme = asTheme((await cookies()).get("charter-theme")?.value);
  return (
    <html lang="en" {...(theme === "system" ? {} : { "data-theme": theme })} suppressHydrationWarning>
      <body>{children}</body>
    </html>
  );
}
