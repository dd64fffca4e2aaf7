import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { readJson, writeWhole } from "./home.mjs";
import { Stop } from "./sentence.mjs";

/** Ports that this installation took once and keeps, so that addresses in its configuration stay true. */
export function portsOf(home) {
  const file = home.path("ports.json");
  const kept = readJson(file, {});
  const keep = (name, port) => {
    kept[name] = port;
    writeWhole(file, JSON.stringify(kept, null, 2));
    return port;
  };
  return {
    /** A loopback port under this name: the kept one, which must be free, or a new one. */
    async loopback(name) {
      if (kept[name] === undefined) return keep(name, await unused(kept));
      if (await free(kept[name])) return kept[name];
      throw new Stop(
        `Port ${kept[name]}, which this installation keeps for ${name}, is taken by another program. Stop that program, or begin anew with npm start -- --reset.`,
      );
    },
    /** As `loopback`, for what nobody else remembers: another free port does as well. */
    async anyLoopback(name) {
      return kept[name] !== undefined && (await free(kept[name])) ? kept[name] : keep(name, await unused(kept));
    },
    /** The portal's: `PORT`, else the one kept, else the first free one from 3000 on. */
    async portal() {
      const wanted = process.env.PORT;
      if (wanted) {
        if (!/^\d+$/.test(wanted) || Number(wanted) < 1 || Number(wanted) > 65535)
          throw new Stop(`PORT is ${wanted}; it must be a number from 1 to 65535.`);
        if (!(await free(Number(wanted))))
          throw new Stop(
            `Port ${wanted} is taken by another program. Set PORT to another one, or leave it unset to let Charter choose.`,
          );
        return keep("portal", Number(wanted));
      }
      let port = kept.portal ?? 3000;
      while (!(await free(port))) port += 1;
      return keep("portal", port);
    },
  };
}

/**
 * A free port that the system gives to nobody's outgoing connection: those come from 32768 up (Linux) or 49152 up (macOS), and
 * one of them would sometimes hold a port that this installation keeps.
 */
async function unused(kept) {
  for (;;) {
    const port = randomInt(15_000, 32_768);
    if (!Object.values(kept).includes(port) && (await free(port))) return port;
  }
}

/** Free on every address that `localhost` may mean. */
async function free(port) {
  for (const host of ["127.0.0.1", "::1", "0.0.0.0", "::"]) if (await taken(port, host)) return false;
  return true;
}

/** An address this machine does not have (no IPv6) takes nothing. */
function taken(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error) => resolve(error.code === "EADDRINUSE" || error.code === "EACCES"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(false)));
  });
}
