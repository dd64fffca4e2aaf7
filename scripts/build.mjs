import { buildWeb } from "./launcher/build.mjs";
import { environment } from "./launcher/environment.mjs";
import { installPackages } from "./launcher/packages.mjs";
import { say, step } from "./launcher/progress.mjs";
import { Stop } from "./launcher/sentence.mjs";

// `npm run build`: packages and the web's build, for an image or a checkout that will be read-only where it runs.
try {
  await step("Packages", installPackages);
  await step("Build", () => buildWeb({ env: environment() }));
  say("The checkout is ready to run, also read-only.");
} catch (error) {
  process.stderr.write(error instanceof Stop ? `${error.message}\n` : `${error.stack}\n`);
  process.exit(1);
}
