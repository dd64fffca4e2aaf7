/** A step's last fault as kept and shown: our sentence and the vendor's code, never a response body. */
export interface StepFault {
  readonly kind: string;
  readonly code: string;
  readonly sentence: string;
}
