import type { ReactNode } from "react";

export interface DialogProps {
  readonly open: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly title: string;
  readonly sentence?: ReactNode;
  readonly foot?: ReactNode;
  readonly wide?: boolean;
  readonly children?: ReactNode;
}
