import { existsSync, readFileSync } from "node:fs";

/** What any program needs of its surroundings. Nothing else passes: a shell full of cloud credentials stays out of the web. */
const base = [
  "PATH",
  "HOME",
  "USER",
  "LANG",
  "LC_ALL",
  "TZ",
  "TMPDIR",
  "TEMP",
  "TMP",
  "SystemRoot",
  "NODE_EXTRA_CA_CERTS",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
];

const pick = (names) =>
  Object.fromEntries(names.filter((name) => process.env[name] !== undefined).map((name) => [name, process.env[name]]));

/** Environment of a child: the base and exactly `values`. */
export const environment = (values = {}) => ({ ...pick(base), ...values });

/** The worker's: also the variables that its configuration names as `env:NAME`, and no others. */
export function workerEnvironment(values, configFile) {
  const text = existsSync(configFile) ? readFileSync(configFile, "utf8") : "";
  const named = [...text.matchAll(/"env:([A-Z][A-Z0-9_]*)"/g)].map((match) => match[1]);
  return environment({ ...pick(named), ...values });
}
