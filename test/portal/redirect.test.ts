import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { localPath } from "#lib/web/redirect.ts";

const origin = "https://charter.example";

const foreign = [
  "//evil.example",
  "///evil.example",
  "////evil.example",
  "/\\evil.example",
  "\\/evil.example",
  "\\\\evil.example",
  "/\\/evil.example",
  "https:evil.example",
  "https:/evil.example",
  "https://evil.example",
  "http://charter.example",
  "https://charter.example.evil.example",
  "https://charter.example@evil.example",
  "https://charter.example:443@evil.example",
  "https://evil.example/https://charter.example/",
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,x",
  "vbscript:x",
  "blob:https://charter.example/x",
  "file:///etc/passwd",
  "\t//evil.example",
  "/\t/evil.example",
  "\n//evil.example",
  "/\n/evil.example",
  "\r//evil.example",
  " //evil.example",
  "/ /evil.example",
  "\u0000//evil.example",
  "/\u0000/evil.example",
  "/%2f%2fevil.example",
  "/%2F/evil.example",
  "%2f%2fevil.example",
  "/%5cevil.example",
  "/%5C%5Cevil.example",
  "/%0d%0aLocation:%20//evil.example",
  "/%0a/evil.example",
  "/%09/evil.example",
  "/%00/evil.example",
  "evil.example",
  "@evil.example",
  ":80",
  "?next=//evil.example",
  "#//evil.example",
  "",
  "..//evil.example",
  "./",
  "../",
  "//charter.example",
  "https://charter.example",
  "https://charter.example//evil.example",
  "https://charter.example/\\evil.example",
  "//е\u0432il.example",
  "//ex\u200bample",
  "／／evil.example",
  "https://[::1]/",
  "//127.0.0.1",
  "//0x7f000001",
  "/..//evil.example",
  "/.//evil.example",
  "/a/..//evil.example",
] as const;

describe("where sign-in returns to", () => {
  test.each(foreign)("%j leads to the start page", (wanted) => {
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
