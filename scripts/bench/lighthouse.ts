import { execFile } from "node:child_process";
import { dirname } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const version = "13.5.0";
const categories = ["performance", "accessibility", "best-practices", "seo"] as const;

const audit = z.object({
  score: z.number().nullable(),
  details: z.object({ items: z.unknown() }).partial().optional(),
});
const shownAt = z.object({ node: z.object({ snippet: z.string() }) });
const report = z.object({
  categories: z.record(z.string(), z.object({ score: z.number().nullable() })),
  audits: z.record(z.string(), audit),
});

/** What Lighthouse says of one page: four scores of 100, and the audits below full marks with where they saw it. */
export interface Judged {
  readonly scores: Readonly<Record<(typeof categories)[number], number>>;
  readonly below: readonly string[];
}

/**
 * Runs Lighthouse (Apache-2.0, from the registry, kept by npm and not part of this checkout) as on a desktop against the browser that
 * listens on `port`, with the cookies that it has. Null where it cannot be had.
 */
export async function lighthouse(url: string, port: number): Promise<Judged | null> {
  const asked = [url, `--port=${port}`, "--disable-storage-reset", "--preset=desktop", "--output=json", "--quiet"];
  const only = `--only-categories=${categories.join(",")}`;
  const PATH = `${dirname(process.execPath)}:${process.env.PATH}`;
  try {
    const { stdout } = await promisify(execFile)("npx", ["--yes", `lighthouse@${version}`, ...asked, only], {
      env: { ...process.env, PATH },
      maxBuffer: 2 ** 26,
      timeout: 240_000,
    });
    return judgedOf(report.parse(JSON.parse(stdout)));
  } catch (error) {
    process.stderr.write(`Lighthouse did not run: ${String(error).slice(0, 400)}\n`);
    return null;
  }
}

/** Some audits list elements, others something else. */
const placesOf = (items: unknown): readonly string[] =>
  (Array.isArray(items) ? items : []).flatMap((item) => {
    const seen = shownAt.safeParse(item);
    return seen.success ? [seen.data.node.snippet.slice(0, 120)] : [];
  });

function judgedOf({ categories: judged, audits }: z.infer<typeof report>): Judged {
  const score = (name: string) => Math.round((judged[name]?.score ?? 0) * 100);
  const below = Object.entries(audits).flatMap(([name, { score: full, details }]) =>
    full !== null && full < 0.9 ? [[name, ...placesOf(details?.items)].join(" ")] : [],
  );
  return {
    scores: {
      performance: score("performance"),
      accessibility: score("accessibility"),
      "best-practices": score("best-practices"),
      seo: score("seo"),
    },
    below,
  };
}
