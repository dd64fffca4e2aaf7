/** A small line through counts, oldest first; decoration beside words that say the same. */
export function Sparkline({ values }: { readonly values: readonly number[] }) {
  const [width, height, edge] = [88, 22, 2];
  const most = Math.max(1, ...values);
  const step = (width - 2 * edge) / Math.max(1, values.length - 1);
  const y = (value: number) => (height - edge - (value / most) * (height - 2 * edge)).toFixed(1);
  const points = values.map((value, at) => `${(edge + at * step).toFixed(1)},${y(value)}`).join(" ");
  return (
    <svg aria-hidden width={width} height={height} viewBox={`0 0 ${width} ${height}`} className="text-accent">
      <polyline points={points} fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />
    </svg>
  );
}
