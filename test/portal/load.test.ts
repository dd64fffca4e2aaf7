import { EventEmitter } from "node:events";
import { describe, expect, test } from "vitest";
import { count, type Load, newLoad, whyNoMore, whyNotNow } from "#lib/web/load.ts";

const limits = { requestsAtOnce: 3, callsAMinute: 6 };

function arrive(load: Load, url: string, method = "GET") {
  const [request, response] = [Object.assign(new EventEmitter(), { url, method }), new EventEmitter()];
  count(load, { request: request as never, response: response as never });
  return { request, response };
}

describe("requests that are being answered at once", () => {
  test("one more than the limit is sent away, and taken again once another has ended", () => {
    const load = newLoad();
    const [first] = ["/", "/identities", "/requests", "/findings"].map((url) => arrive(load, url));
    expect(whyNotNow(load, limits)).toMatchObject({ status: 503, sentence: expect.stringContaining("busy") });
    first?.response.emit("close");
    expect(whyNotNow(load, limits)).toBeNull();
  });
  test("open streams and files of the build are no work in hand; an address that only looks like one is", () => {
    const load = newLoad();
    for (const url of ["/api/stream", "/api/stream?x=1", "/_next/static/a.js", "/api/streams"]) arrive(load, url);
    expect(load.answering).toBe(1);
  });
  test("what has no body counts at once", () => {
    const load = newLoad();
    for (const method of ["GET", "HEAD", "POST", "OPTIONS"]) arrive(load, "/requests", method);
    expect(load.answering).toBe(2);
  });
  test("what is sent counts once it is here whole, and never after it was answered", () => {
    const load = newLoad();
    const [whole, refused] = [arrive(load, "/requests", "POST"), arrive(load, "/requests", "POST")];
    expect(load.answering).toBe(0);
    whole.request.emit("end");
    expect(load.answering).toBe(1);
    refused.response.emit("close");
    refused.request.emit("end");
    whole.response.emit("close");
    expect(load.answering).toBe(0);
  });
});

describe("calls of one session", () => {
  const callsOf = (load = newLoad()) => ({
    load,
    call: (session: string, now: number) => whyNoMore(load, { session, limits, now }),
  });

  test("as many as the limit at once, then one for each that a minute's share gives back", () => {
    const { call } = callsOf();
    for (let i = 0; i < 6; i += 1) expect(call("a", 0)).toBeNull();
    expect(call("a", 0)).toMatchObject({ status: 429, again: 10 });
    expect(call("a", 9_500)).toMatchObject({ status: 429, again: 1 });
    expect(call("a", 10_000)).toBeNull();
    expect(call("a", 10_000)).not.toBeNull();
  });
  test("another session has its own", () => {
    const { call } = callsOf();
    for (let i = 0; i < 7; i += 1) call("a", 0);
    expect(call("b", 0)).toBeNull();
  });
  test("asking while there is none left costs nothing, and more than the limit is never saved up", () => {
    const { call } = callsOf();
    for (let i = 0; i < 50; i += 1) call("a", 0);
    expect(call("a", 10_000)).toBeNull();
    const taken = Array.from({ length: 50 }, () => call("a", 10_000_000)).filter((one) => one === null);
    expect(taken).toHaveLength(6);
  });
  test("cookies that nobody knows do not fill the memory", () => {
    const { call, load } = callsOf();
    for (let i = 0; i < 25_000; i += 1) call(`guess-${i}`, 0);
    expect(load.allowances.size).toBeLessThanOrEqual(10_000);
  });
});
