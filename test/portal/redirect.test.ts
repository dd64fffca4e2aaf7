import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localPath } from "#lib/web/redirect.ts";
import { foreignAddresses } from "./foreign-addresses.ts";

const origin = "https://charter.example";

describe("where sign-in returns to", () => {
  test.each(foreignAddresses)("%j leads to the start page", (wanted) => {
    expect(localPath(wanted, origin)).toBe("/");
  });

  test.each([
    ["/", "/"],
    ["/requests/new?blueprint=a", "/requests/new?blueprint=a"],
    ["/requests?q=%2F%2Fx#top", "/requests?q=%2F%2Fx#top"],
    ["https://charter.example/audit", "/audit"],
  ])("%j stays on this origin", (wanted, path) => {
    expect(localPath(wanted, origin)).toBe(path);
  });

  test("whatever is asked for, a browser stays on this origin", () => {
    const pieces = fc.array(
      fc.constantFrom(
        "/",
        "\\",
        "evil.example",
        "@",
        ":",
        "https:",
        "..",
        ".",
        "%2f",
        "%5c",
        "\t",
        "?",
        "#",
        "a",
        "//",
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, fc.webUrl(), (parts, url) => {
        for (const wanted of [parts.join(""), `/${parts.join("")}`, url]) {
          const path = localPath(wanted, origin);
          expect(new URL(path, origin).origin).toBe(origin);
          expect(path.startsWith("/") && !path.startsWith("//")).toBe(true);
        }
      }),
    );
  });
});
