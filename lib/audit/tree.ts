import { hash } from "node:crypto";

/**
 * A Merkle tree over entries' hashes (RFC 6962: leaves and nodes are hashed with different prefixes), kept as the roots of the
 * perfect subtrees that make it up, largest first. Enough to append and to know the root; all hashes are hex.
 */
export interface Tree {
  readonly size: number;
  readonly frontier: readonly string[];
}

/** Through a text, because Node makes one in a third of the time of a buffer. */
const sha256 = (bytes: Uint8Array): Buffer => Buffer.from(hash("sha256", bytes, "latin1"), "latin1");
const leaf = Buffer.alloc(33);
const node = Buffer.alloc(65);
node[0] = 1;

/** What an entry's hash (usually 32 bytes) is as a leaf. */
export function leafHash(entry: Uint8Array): Buffer {
  if (entry.length !== 32) return sha256(Buffer.concat([Uint8Array.of(0), entry]));
  leaf.set(entry, 1);
  return sha256(leaf);
}

function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  node.set(left, 1);
  node.set(right, 33);
  return sha256(node);
}

/** A tree that grows leaf by leaf, in bytes: for many entries. */
export class GrowingTree {
  #size: number;
  readonly #frontier: Uint8Array[];

  constructor(tree: Tree = emptyTree) {
    this.#size = tree.size;
    this.#frontier = tree.frontier.map((root) => Buffer.from(root, "hex"));
  }

  get size(): number {
    return this.#size;
  }

  /** Adds one leaf by its `leafHash`. */
  push(leafHash: Uint8Array): void {
    let root = leafHash;
    for (let rest = this.#size; rest % 2 === 1; rest = Math.floor(rest / 2))
      root = nodeHash(this.#frontier.pop() ?? root, root);
    this.#frontier.push(root);
    this.#size += 1;
  }

  /** Hex; that of the empty tree is sha256 of nothing. */
  root(): string {
    const [first, ...rest] = this.#frontier.toReversed();
    const root =
      first === undefined ? sha256(Buffer.alloc(0)) : rest.reduce((right, left) => nodeHash(left, right), first);
    return Buffer.from(root).toString("hex");
  }

  tree(): Tree {
    return { size: this.#size, frontier: this.#frontier.map((root) => Buffer.from(root).toString("hex")) };
  }
}

export const emptyTree: Tree = { size: 0, frontier: [] };

/** The tree with these entries' hashes (hex) added in order. */
export function appended(tree: Tree, hashes: readonly string[]): Tree {
  const growing = new GrowingTree(tree);
  for (const entry of hashes) growing.push(leafHash(Buffer.from(entry, "hex")));
  return growing.tree();
}

export const rootOf = (tree: Tree): string => new GrowingTree(tree).root();
