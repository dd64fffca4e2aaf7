"use client";
import { Monitor, Moon, Sun, SunMoon } from "lucide-react";
import { useState } from "react";
import { IconButton } from "#components/ui/button.tsx";
import { Menu } from "#components/ui/menu.tsx";
import { asTheme, type Theme } from "./theme-name.ts";

const choices = [
  { value: "system", label: "As the system", icon: <Monitor aria-hidden /> },
  { value: "light", label: "Light", icon: <Sun aria-hidden /> },
  { value: "dark", label: "Dark", icon: <Moon aria-hidden /> },
];

function paint(theme: Theme): void {
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
  // biome-ignore lint/suspicious/noDocumentCookie: a preference of this browser; the server reads it so that the first paint is right.
  document.cookie = `charter-theme=${theme}; path=/; max-age=31536000; samesite=lax`;
}

/** This browser's theme, kept in a cookie so that the server paints it at once. */
export function useTheme(initial: Theme): readonly [Theme, (theme: string) => void] {
  const [theme, setTheme] = useState(initial);
  const choose = (value: string) => {
    const next = asTheme(value);
    paint(next);
    setTheme(next);
  };
  return [theme, choose];
}

export function ThemeMenu({ theme: initial }: { readonly theme: Theme }) {
  const [theme, choose] = useTheme(initial);
  return (
    <Menu
      trigger={
        <IconButton label="Theme">
          <SunMoon aria-hidden />
        </IconButton>
      }
      lines={[
        { kind: "label", words: "Theme" },
        { kind: "choice", value: theme, onChange: choose, choices },
      ]}
    />
  );
}
