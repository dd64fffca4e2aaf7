/** Breadth-first exploration of every state a model can reach. States are canonical JSON: equal text, equal state. */
export interface Model<S> {
  readonly start: S;
  /** A shorter text, equal where the states are. */
  key?(state: S): string;
  /** Every state that can follow, whatever goes wrong. */
  successors(state: S): S[];
  /** A sentence when the state must never be, else null. */
  broken(state: S): string | null;
  /** The one state that follows when nothing goes wrong; null when the run is over. */
  calm(state: S): S | null;
  finished(state: S): boolean;
}

export interface Explored {
  readonly states: number;
  /** First thing found broken, with the shortest way there. */
  readonly broken: { readonly why: string; readonly trail: readonly string[] } | null;
  /** True when the limit was met before every state was seen. */
  readonly cut: boolean;
}

/** With short keys where the model has them; what is found broken is looked for anew with readable ones. */
export function explore<S>(model: Model<S>, limit: number): Explored {
  const { key, ...plain } = model;
  if (key === undefined) return exploreBy(model, { limit, keyOf: JSON.stringify });
  const explored = exploreBy(model, { limit, keyOf: key });
  return explored.broken === null ? explored : exploreBy(plain, { limit, keyOf: JSON.stringify });
}

function exploreBy<S>(
  model: Model<S>,
  { limit, keyOf }: { readonly limit: number; keyOf(state: S): string },
): Explored {
  const parents = new Map<string, string | null>();
  const settled = new Set<string>();
  const first = keyOf(model.start);
  parents.set(first, null);
  let frontier = [{ key: first, state: model.start }];
  const trailOf = (key: string): string[] => {
    const trail: string[] = [];
    for (let at: string | null | undefined = key; at; at = parents.get(at)) trail.unshift(at);
    return trail;
  };
  while (frontier.length > 0) {
    const following: { key: string; state: S }[] = [];
    for (const { key, state } of frontier) {
      const why = model.broken(state) ?? endsIn(model, { key, state, keyOf }, settled);
      if (why !== null) return { states: parents.size, broken: { why, trail: trailOf(key) }, cut: false };
      for (const successor of model.successors(state)) {
        const text = keyOf(successor);
        if (parents.has(text)) continue;
        if (parents.size >= limit) return { states: parents.size, broken: null, cut: true };
        parents.set(text, key);
        following.push({ key: text, state: successor });
      }
    }
    frontier = following;
  }
  return { states: parents.size, broken: null, cut: false };
}

/** Follows the calm run to its end; remembers every state on the way that is known to end well. */
function endsIn<S>(
  model: Model<S>,
  from: { key: string; state: S; keyOf(state: S): string },
  settled: Set<string>,
): string | null {
  const path: string[] = [];
  let { key, state } = from;
  while (!settled.has(key)) {
    path.push(key);
    const why = model.broken(state);
    if (why !== null) return `on a calm run: ${why}`;
    if (model.finished(state)) break;
    const following = model.calm(state);
    if (following === null || path.length > 200) return "a calm run does not end in done";
    state = following;
    key = from.keyOf(state);
  }
  for (const seen of path) settled.add(seen);
  return null;
}
