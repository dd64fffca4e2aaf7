import { Dialog } from "../ui/dialog.tsx";
import { Kbd } from "../ui/kbd.tsx";

const keys: readonly (readonly [string, string])[] = [
  ["j", "next row"],
  ["k", "row before"],
  ["x", "select the row, or not"],
  ["o", "look at it beside the table"],
  ["↵", "open its page"],
  ["Esc", "close what is beside, then clear the selection"],
  ["/", "search"],
  ["⌘K", "go anywhere, do anything"],
  ["?", "these keys"],
];

/** The keys of the inventory. */
export const KeysHelp = ({ open, close }: { readonly open: boolean; readonly close: () => void }) => (
  <Dialog open={open} onOpenChange={(now) => (now ? undefined : close())} title="Keys of the inventory">
    <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
      {keys.map(([key, does]) => (
        <div key={key} className="contents">
          <dt>
            <Kbd>{key}</Kbd>
          </dt>
          <dd>{does}</dd>
        </div>
      ))}
    </dl>
  </Dialog>
);
