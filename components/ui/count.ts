/** A number counted up to a cap. */
export interface Count {
  readonly value: number;
  /** True where there are more than the cap. */
  readonly more: boolean;
}

/** "1,240", or "10,000+" where counting stopped. */
export const countWord = ({ value, more }: Count): string => `${value.toLocaleString("en-GB")}${more ? "+" : ""}`;
