/** A dialog's box, also while its code is on its way. */
export const dialogLook = (wide = false): string =>
  `fixed top-[12vh] left-1/2 z-50 flex max-h-[80vh] w-[calc(100vw-32px)] -translate-x-1/2 flex-col rounded-lg border border-line bg-surface shadow-float ${wide ? "max-w-[720px]" : "max-w-[480px]"}`;
