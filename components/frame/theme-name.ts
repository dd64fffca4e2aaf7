export const themes = ["system", "light", "dark"] as const;
export type Theme = (typeof themes)[number];

/** What a cookie says, or the system's theme when it says nothing we know. */
export const asTheme = (value: string | undefined): Theme => themes.find((theme) => theme === value) ?? "system";
