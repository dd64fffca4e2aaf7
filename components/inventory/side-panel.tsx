"use client";
import { X } from "lucide-react";
import { EnvironmentBadge, Risk } from "../status.tsx";
import { IconButton, LinkButton } from "../ui/button.tsx";
import { Facts } from "../ui/facts.tsx";
import { Time } from "../ui/time.tsx";
import { Credential, Found, type InventoryTableRow, LastUsed, Owner, States } from "./inventory-columns.tsx";

/** One identity beside the table: the four answers and what is wrong, without leaving the list. */
export const SidePanel = ({ row, close }: { readonly row: InventoryTableRow; readonly close: () => void }) => (
  <aside
    aria-label={`Beside the table: ${row.name}`}
    className="fixed top-0 right-0 bottom-0 z-30 flex w-[400px] max-w-full flex-col border-l border-line bg-surface shadow-float"
  >
    <div className="flex items-start gap-2 px-4 pt-4 pb-2">
      <div className="min-w-0 flex-1">
        <h2 className="text-md font-semibold break-words">{row.name}</h2>
        <p className="text-sm text-muted">{row.blueprint}</p>
      </div>
      <IconButton label="Close" onClick={close}>
        <X aria-hidden />
      </IconButton>
    </div>
    {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, and must do so by keyboard. */}
    <section className="min-h-0 flex-1 overflow-y-auto px-4 pb-4" tabIndex={0} aria-label="Facts">
      <p dir="auto" className="mb-3 break-words">
        {row.purpose}
      </p>
      <Facts
        rows={[
          { label: "State", value: <States row={row} /> },
          { label: "Environment", value: <EnvironmentBadge environment={row.environment} /> },
          { label: "Owner", value: <Owner row={row} /> },
          { label: "Business service", value: row.service },
          { label: "Target", value: row.target },
          { label: "Reach", value: row.reach },
          { label: "Credential", value: <Credential model={row.credential} /> },
          { label: "Last used", value: <LastUsed use={row.use} whole /> },
          { label: "Ends", value: <Time at={row.endsAt} /> },
          { label: "Findings", value: <Found findings={row.findings} /> },
          { label: "Risk", value: <Risk risk={row.risk} bare /> },
        ]}
      />
    </section>
    <div className="flex flex-wrap gap-2 border-t border-line px-4 py-3">
      <LinkButton look="primary" href={`/identities/${row.id}`}>
        Open
      </LinkButton>
    </div>
  </aside>
);
