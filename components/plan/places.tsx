/** More than these are read by nobody in passing. */
const most = 3;

/** Where something holds: the first few, the rest folded away with its count; every one is there. */
export function Places({ places }: { readonly places: readonly string[] }) {
  const rest = places.slice(most);
  // One left over takes no more room than the line that would fold it.
  const shown = rest.length > 1 ? places.slice(0, most) : places;
  return (
    <>
      <code className="break-all text-muted">{shown.join(", ")}</code>
      {shown === places ? null : (
        <details>
          <summary className="text-muted">and {rest.length.toLocaleString("en-GB")} more</summary>
          <code className="break-all text-muted">{rest.join(", ")}</code>
        </details>
      )}
    </>
  );
}
