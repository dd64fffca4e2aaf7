import { expect, test } from "vitest";
import { type SubjectRule, subjectFormatOf } from "#lib/domain/repository.ts";

const plain: SubjectRule = { name: "acme/ledger", createdAt: null, custom: false, immutable: null, prefix: null };

test.each<[string, Partial<SubjectRule>, "immutable" | "names" | null]>([
  ["one that tells nothing", {}, "names"],
  ["one made just before", { createdAt: "2026-07-14T23:59:59Z" }, "names"],
  ["one made just then", { createdAt: "2026-07-15T00:00:00Z" }, "immutable"],
  ["one that opted in", { immutable: true, createdAt: "2020-01-01T00:00:00Z" }, "immutable"],
  ["one that opted out", { immutable: false, createdAt: "2026-11-01T00:00:00Z" }, "names"],
  ["one that says it by ids", { immutable: false, prefix: "repo:acme@81/ledger@5120" }, "immutable"],
  ["one that says it by name", { immutable: true, prefix: "repo:acme/ledger" }, "names"],
  ["one that names another", { prefix: "repo:acme/other" }, null],
  ["ids that are none", { prefix: "repo:acme@x/ledger@5120" }, null],
  ["a missing id", { prefix: "repo:acme@81/ledger" }, null],
  ["something before", { prefix: "xrepo:acme@81/ledger@5120" }, null],
  ["something after", { prefix: "repo:acme@81/ledger@5120:x" }, null],
  ["two owners", { prefix: "repo:acme@8@81/ledger@5120" }, null],
  ["two slashes", { prefix: "repo:acme@81/a/ledger@5120" }, null],
  ["no name", { prefix: "repo:acme@81/@5120" }, null],
  ["one of its own claims", { custom: true, immutable: true, prefix: "repo:acme@81/ledger@5120" }, null],
])("the format of %s", (_, change, format) => expect(subjectFormatOf({ ...plain, ...change })).toBe(format));
