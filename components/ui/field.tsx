import { CircleX } from "lucide-react";
import type { ReactNode } from "react";

/** What a control inside a field must carry so that label, help and error are announced with it. */
export interface FieldControl {
  readonly id: string;
  readonly "aria-describedby": string | undefined;
  readonly "aria-invalid": true | undefined;
}

/** Label above, help below, the error in help's place. The line below is kept free so that nothing jumps. */
export function Field(props: {
  readonly id: string;
  readonly label: ReactNode;
  readonly help?: ReactNode;
  readonly error?: ReactNode | undefined;
  readonly children: (control: FieldControl) => ReactNode;
}) {
  const below = `${props.id}-below`;
  const has = Boolean(props.error) || Boolean(props.help);
  return (
    <div className="min-w-0">
      <label htmlFor={props.id} className="mb-1.5 flex gap-1.5 text-sm font-[540]">
        {props.label}
      </label>
      {props.children({
        id: props.id,
        "aria-describedby": has ? below : undefined,
        "aria-invalid": props.error ? true : undefined,
      })}
      <div id={below} className="mt-1.5 min-h-[18px] text-[12.5px] leading-[1.45] text-muted">
        {props.error ? <FieldError>{props.error}</FieldError> : props.help}
      </div>
    </div>
  );
}

/** A refusal at its field: icon, sentence. */
export function FieldError({ children, id }: { readonly children: ReactNode; readonly id?: string }) {
  return (
    <span id={id} className="flex gap-1.5 text-bad">
      <CircleX aria-hidden className="mt-0.5 size-3.5 shrink-0" />
      <span>{children}</span>
    </span>
  );
}
