import { randomBytes } from "node:crypto";
import { createServer } from "node:http";

/**
 * What only the launcher can do for the demo, offered on loopback under an address that nobody can guess and only the demo's
 * web is told. `acts`: name → async function of the JSON body; returns JSON. POST <address>/<name>.
 */
export async function openDesk(acts) {
  const secret = `/${randomBytes(24).toString("base64url")}/`;
  const server = createServer(async (request, response) => {
    const answer = (status, value) =>
      response
        .writeHead(status, { "content-type": "application/json", connection: "close" })
        .end(JSON.stringify(value));
    const name = request.url.startsWith(secret) ? request.url.slice(secret.length) : "";
    const act = Object.hasOwn(acts, name) ? acts[name] : undefined;
    if (request.method !== "POST" || act === undefined) return answer(404, { sentence: "There is nothing here." });
    try {
      answer(200, await act(await jsonBody(request)));
    } catch (error) {
      answer(400, { sentence: error.message });
    }
  });
  await new Promise((resolve, reject) => server.once("error", reject).listen(0, "127.0.0.1", resolve));
  return {
    address: `http://127.0.0.1:${server.address().port}${secret.slice(0, -1)}`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function jsonBody(request) {
  let text = "";
  for await (const chunk of request) {
    text += chunk;
    if (text.length > 65_536) throw new Error("The request is longer than 64 kB.");
  }
  return text === "" ? {} : JSON.parse(text);
}
