/** Why a request is not taken now, and after how many seconds it may be sent again. */
export interface Busy {
  readonly status: 429 | 503;
  readonly sentence: string;
  readonly again: number;
}

const begins = {
  503: "The portal is busy. Nothing was changed;",
  429: "You have sent more than the portal takes from one session in a minute. Nothing was changed;",
} as const;

/** The sentence says when, so that whoever reads only it knows as well. */
export const busy = (status: Busy["status"], again: number): Busy => ({
  ...{ status, again },
  sentence: `${begins[status]} try again in ${again} ${again === 1 ? "second" : "seconds"}.`,
});

/** What a browser was told, from the sentence alone: all that the framework hands to a page of an answer that is no action's. */
export function readBusy(text: string): Busy | null {
  const again = Number(/ try again in (\d{1,4}) seconds?\.$/.exec(text)?.[1]);
  const status = ([503, 429] as const).find((one) => text.startsWith(begins[one]));
  return status === undefined || !Number.isInteger(again) ? null : busy(status, again);
}
