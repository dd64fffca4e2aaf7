import { type Birth, deploys, excepted, key, login, pipeline, publishes, reads, tables, writes } from "./story.ts";

/** The request that could make itself administrator: it passes a role to a function that it may write itself. */
const releaseTrain = JSON.stringify({
  Version: "2012-10-17",
  Statement: [
    { Effect: "Allow", Action: ["s3:PutObject"], Resource: "arn:aws:s3:::acme-releases/*" },
    {
      Effect: "Allow",
      Action: ["iam:PassRole", "lambda:CreateFunction", "lambda:InvokeFunction"],
      Resource: "arn:aws:lambda:eu-central-1:111122223333:function:release-*",
    },
  ],
});

/** What came to nothing, and what is under way today. */
export const unfinished: readonly Birth[] = [
  pipeline([59, "priya", "payroll-mirror"], "Mirrors the payroll for a dashboard.", {
    repository: "reports",
    at: "#payroll",
    environment: "prod",
    need: {
      pasted: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: "*" }],
      }),
    },
    held: true,
  }),
  pipeline([49, "jonas", "billing-shortcut"], "Would deploy without waiting for the tests.", {
    repository: "billing",
    at: "production",
    need: deploys("billing-hotfix"),
    held: true,
  }),
  pipeline([42, "priya", "forgotten-ask"], "Nobody looked at this in three days.", {
    repository: "forecasts",
    at: "production",
    need: publishes("forecast-done"),
    held: true,
  }),
  pipeline([38, "priya", "warehouse-typo"], "Its name was taken at the account before it could be made.", {
    repository: "warehouse",
    at: "prod-eu",
    need: reads("acme-warehouse-landing"),
    held: true,
  }),
  key([17, "nadia", "expired-excuse"], "Its exception ran out while it waited.", {
    runsOn: "old-1, Frankfurt data centre",
    service: "warehouse",
    need: reads("acme-old"),
    environment: "prod",
    held: true,
    edits: { lives: 2, excepted: { days: 2, why: "Only until Friday." } },
  }),
  pipeline([14, "jonas", "ledger-mirror"], "Mirrors the ledger's totals to billing.", {
    repository: "billing",
    at: "production",
    need: {
      pasted: JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          {
            Effect: "Allow",
            Action: ["s3:PutObject", "s3:DeleteObject"],
            Resource: "arn:aws:s3:::acme-ledger-mirror/*",
          },
        ],
      }),
    },
    held: true,
  }),
  pipeline([3, "jonas", "shop-search"], "Rebuilds the shop's search index.", {
    repository: "storefront",
    at: "staging",
    need: writes("acme-shop-search"),
    edits: { owner: "amara" },
    unaccepted: true,
  }),
  pipeline([1, "priya", "forecast-alarm"], "Wakes somebody when the forecast is far off.", {
    repository: "forecasts",
    at: "production",
    need: publishes("forecast-alarm"),
    held: true,
  }),
  pipeline([1, "nadia", "warehouse-repair"], "Writes corrected rows where a load went wrong.", {
    repository: "warehouse",
    at: "prod-eu",
    need: writes("acme-warehouse-repair"),
    held: true,
  }),
  login([21, "amara", "coupon-audit"], "Checks that a voucher is redeemed once.", {
    runsOn: "audit job on batch-2",
    service: "orders",
    need: tables("read-tables", "vouchers"),
    ...excepted(90, "The audit job cannot lease credentials yet."),
  }),
  login([3, "jonas", "voucher-check"], "Shows support whether a voucher was redeemed.", {
    runsOn: "support desk on app-4",
    service: "billing",
    need: tables("read-tables", "vouchers"),
    ...excepted(60, "The support desk cannot lease credentials before its next release."),
  }),
  login([42, "amara", "market-survey"], "Draws a sample of orders for this autumn's survey.", {
    runsOn: "survey job on batch-2",
    service: "orders",
    need: tables("read-tables", "orders"),
    ...excepted(35, "The agency's tool knows user and password only."),
  }),
  login([1, "jonas", "invoice-fixer"], "Corrects invoices that were printed twice.", {
    runsOn: "support desk on app-4",
    service: "billing",
    need: tables("write-tables", "invoices"),
    ...excepted(60, "The support desk cannot lease credentials before its next release."),
    held: true,
  }),
  pipeline([0, "jonas", "release-train"], "Cuts the release each Thursday and tells who waits for it.", {
    repository: "releases",
    at: "production",
    need: { pasted: releaseTrain },
    held: true,
  }),
];
