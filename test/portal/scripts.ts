import { expect, type Locator, type Page } from "@playwright/test";

// A part of a page that is fetched when it is first shown may not come: the network was away, or a newer version has taken its place.

/** From the next address on the scripts that a page's document does not name are missing, until `page.unrouteAll()`. */
export async function laterScriptsAreMissing(page: Page): Promise<void> {
  let named = "";
  await page.route("**/*", async (route) => {
    const kind = route.request().resourceType();
    if (kind === "document") {
      const response = await route.fetch();
      named = await response.text();
      return route.fulfill({ response, body: named });
    }
    const isMissing = kind === "script" && !named.includes(new URL(route.request().url()).pathname);
    return isMissing ? route.fulfill({ status: 404, body: "" }) : route.fallback();
  });
}

/** The scripts are there again, and what is said inside is told to try. */
export async function comeAgain(page: Page, inside: Locator): Promise<void> {
  const again = inside.getByRole("button", { name: "Try again" });
  await expect(again).toBeVisible();
  await page.unrouteAll();
  await again.press("Enter");
}

/** Scripts that a page fetches from now on are told of, and answered once `how` is. */
export async function scriptsWait(page: Page, how: Promise<"come" | "are missing">): Promise<string[]> {
  const asked: string[] = [];
  await page.route(/\/_next\/static\/.*\.js/, async (route) => {
    asked.push(route.request().url());
    await ((await how) === "come" ? route.continue() : route.fulfill({ status: 404, body: "" }));
  });
  return asked;
}
