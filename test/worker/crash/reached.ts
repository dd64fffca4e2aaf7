import type { Target } from "#lib/connectors/connector.ts";
import type { Vault } from "#lib/vaults/store.ts";
import type { Places } from "#lib/worker/places.ts";

/** Methods of a credential protocol and of a vault that change nothing. */
const reading = new Set(["list", "read", "probe", "id", "make", "recorded", "check", "close", "entryOf"]);

type Parts = Readonly<Record<string, object>>;
type Method = (...given: unknown[]) => unknown;

/** What changes something: each step with its undoing, the primitives of its credential protocol, everything of a vault but its reads. */
const partsOf = (of: Target | Vault): Parts => {
  if (!("steps" in of)) return { vault: of };
  const steps = Object.entries(of.steps).map(([name, step]) => [`step ${name}`, step] as const);
  const { credential } = of;
  const beside = credential !== undefined && "beside" in credential ? credential.beside : undefined;
  return {
    ...Object.fromEntries(steps),
    ...(credential === undefined ? {} : { credential }),
    ...(beside === undefined ? {} : { beside }),
  };
};

const methodsOf = (part: object): readonly (readonly [string, Method])[] =>
  Object.entries(part).filter(
    (entry): entry is [string, Method] => typeof entry[1] === "function" && !reading.has(entry[0]),
  );

/** Every changing method of a target or vault, by the name under which `noting` notes it. */
export const changingMethods = (place: string, of: Target | Vault): readonly string[] =>
  Object.entries(partsOf(of)).flatMap(([part, one]) =>
    methodsOf(one).map(([method]) => `${place}: ${part}, ${method}`),
  );

/** The same places; what is called of their changing methods is noted. */
export function noting(places: Places, reached: Set<string>): Places {
  const noted = <T extends Target | Vault>(place: string, of: T): T => {
    for (const [part, one] of Object.entries(partsOf(of)))
      for (const [method, call] of methodsOf(one))
        Object.assign(one, {
          [method]: (...given: unknown[]) => {
            reached.add(`${place}: ${part}, ${method}`);
            return call.apply(one, given);
          },
        });
    return of;
  };
  const known = new Map<string, Promise<Target | Vault>>();
  const once = <T extends Target | Vault>(name: string, open: () => Promise<T>): Promise<T> => {
    const found = (known.get(name) as Promise<T> | undefined) ?? open().then((of) => noted(name, of));
    known.set(name, found);
    return found;
  };
  return {
    ...places,
    target: (name) => once(name, () => places.target(name)),
    vault: (name) => once(name, () => places.vault(name)),
  };
}
