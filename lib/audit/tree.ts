import { hash } from "node:crypto";

/**
 * A Merkle tree over entries' hashes (RFC 6962: leaves and nodes are hashed with different prefixes), kept as the roots of the
 * perfect subtrees that make it up, largest first. Enough to append and to know the root; all hashes are hex.
 */
export interface Tree {
  readonly size: number;
  readonly frontier: readonly string[];
}

const sha256 = (...parts: readonly Uint8Array[]): string => hash("sha256", Buffer.concat(parts));
const leafPrefix = Uint8Array.of(0);
const nodePrefix = Uint8Array.of(1);
const node = (left: string, right: string): string =>
  sha256(nodePrefix, Buffer.from(left, "hex"), Buffer.from(right, "hex"));

export const emptyTree: Tree = { size: 0, frontier: [] };

/** The tree with these entries' hashes (hex) added in order. */
export function appended(tree: Tree, hashes: readonly string[]): Tree {
  const frontier = [...tree.frontier];
  let size = tree.size;
  for (const leaf of hashes) {
    let root = sha256(leafPrefix, Buffer.from(leaf, "hex"));
    for (let rest = size; rest % 2 === 1; rest = Math.floor(rest / 2)) root = node(frontier.pop() ?? "", root);
    frontier.push(root);
    size += 1;
  }
  return { size, frontier };
}

/** The tree's root, hex; that of the empty tree is sha256 of nothing. */
export function rootOf(tree: Tree): string {
  const [first, ...rest] = tree.frontier.toReversed();
  return first === undefined ? sha256() : rest.reduce((right, left) => node(left, right), first);
}
