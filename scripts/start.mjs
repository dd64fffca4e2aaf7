import { endAll, launch } from "./launcher/launch.mjs";
import { say } from "./launcher/progress.mjs";
import { Stop } from "./launcher/sentence.mjs";

// `npm start` and `npm run dev`. Plain JavaScript: on an empty clone any Node ≥ 20 runs it before the pinned one is installed.

const options = { reset: process.argv.includes("--reset"), dev: process.argv.includes("--dev") };
const unknown = process.argv.slice(2).filter((word) => !["--reset", "--dev"].includes(word));
const teardown = [];
let ending = null;

function end(status) {
  ending ??= endAll(teardown).then(
    () => process.exit(status),
    (error) => {
      process.stderr.write(`${error.stack}\n`);
      process.exit(1);
    },
  );
  return ending;
}

function watchTerminal() {
  let ready = false;
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(name, () => {
      if (ending === null) say("\n  Stopping …");
      void end(ready ? 0 : 130);
    });
  }
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid === parent || ending !== null) return;
    void end(1);
  }, 2_000).unref();
  return () => {
    ready = true;
  };
}

if (unknown.length > 0) {
  process.stderr.write(`npm start knows --reset, not ${unknown.join(" ")}.\n`);
  process.exit(2);
}
const isReady = watchTerminal();
try {
  const { publicUrl, home, people } = await launch(options, teardown);
  isReady();
  say("");
  say(`Charter is ready: ${publicUrl}`);
  if (people) {
    say("");
    say("Everything behind it is simulated. Sign in as");
    for (const { name, about } of people) say(`  ${name.padEnd(12)}  ${about}`);
  }
  say("");
  say(
    `All of it runs as one user here, so it claims no protection between web and worker; docs/deploy.md says how to have that.`,
  );
  say(`Data and logs: ${home.folder} · Ctrl-C stops everything.`);
} catch (error) {
  if (ending === null) {
    process.stderr.write(error instanceof Stop ? `\n${error.message}\n` : `\n${error.stack}\n`);
    await end(1);
  }
}
