import {
  type Birth,
  consumes,
  deploys,
  excepted,
  key,
  login,
  pipeline,
  publishes,
  pushes,
  reads,
  secret,
  sends,
  tables,
  writes,
} from "./story.ts";
import { unfinished } from "./unfinished.ts";

/** Left alone when nobody uses it, for longer than it takes to be found. */
const kept = { edits: { retireWhen: [{ kind: "unused", days: 120 }] } } as const;
const lives = (days: number) => ({ edits: { lives: days } });

const payments: readonly Birth[] = [
  pipeline([98, "amara", "ledger-archive"], "Keeps each closed month of the ledger where auditors find it.", {
    repository: "ledger",
    at: "production",
    need: writes("acme-ledger-archive"),
  }),
  // Alike but for their names, and asked about today: their owner keeps both in one gesture.
  ...["billing-release", "billing-rollback"].map((name) =>
    pipeline([84, "jonas", name], "Moves billing's webhook to a version whose tests have passed.", {
      repository: "billing",
      at: "production",
      need: deploys("billing-webhook"),
    }),
  ),
  pipeline([84, "jonas", "billing-preview"], "Shows a change of billing to whoever reviews it.", {
    repository: "billing",
    at: "staging",
    need: writes("acme-billing-preview"),
  }),
  pipeline([77, "jonas", "invoice-archive"], "Archives each month's invoices after the release.", {
    repository: "billing",
    at: "production",
    need: writes("acme-invoices"),
  }),
  pipeline([77, "amara", "ledger-rehearsal"], "Rehearses the closing of a month with last year's figures.", {
    repository: "ledger",
    at: "staging",
    need: reads("acme-ledger-rehearsal"),
  }),
  pipeline([77, "lena", "storefront-deploy"], "Deploys what renders the shop's pages.", {
    repository: "storefront",
    at: "production",
    need: deploys("storefront-render"),
  }),
  pipeline([70, "lena", "storefront-images"], "Stores the images that the storefront's staging runs from.", {
    repository: "storefront",
    at: "staging",
    need: pushes("storefront/web"),
  }),
  pipeline([70, "jonas", "customer-mail-send"], "Hands receipts to the queue that mails them.", {
    repository: "customer-mail",
    at: "production",
    need: sends("customer-mail"),
  }),
  pipeline([63, "amara", "orders-events"], "Tells everybody downstream that an order was placed.", {
    repository: "orders",
    at: "production",
    need: publishes("orders-placed"),
  }),
  pipeline([63, "jonas", "billing-dunning"], "Sends the second reminder, and the third with a fee.", {
    repository: "billing",
    at: "production",
    need: sends("billing-dunning"),
  }),
  pipeline([49, "amara", "ledger-checksum"], "Compares yesterday's ledger with what was archived.", {
    repository: "ledger",
    at: "production",
    need: reads("acme-ledger-archive"),
  }),
  pipeline([35, "jonas", "christmas-banner"], "Puts the banner on the shop until the sale is over.", {
    repository: "storefront",
    at: "staging",
    need: writes("acme-shop-banner"),
    ...lives(20),
  }),
  pipeline([28, "amara", "refund-report"], "Tells the ledger each night what was refunded.", {
    repository: "ledger",
    at: "production",
    need: publishes("refunds-daily"),
  }),
  pipeline([7, "jonas", "billing-tax"], "Fetches the tax tables of next year.", {
    repository: "billing",
    at: "staging",
    need: reads("acme-tax-tables"),
  }),
  key([84, "lena", "till-export"], "Brings the tills' sales of the day to the ledger.", {
    runsOn: "cron on till-gateway, Hamburg",
    service: "ledger",
    need: writes("acme-till-sales"),
    ...kept,
    environment: "staging",
  }),
  key([77, "jonas", "old-erp-bridge"], "Lets the old ERP hand over invoices until it is switched off.", {
    runsOn: "erp-3, Frankfurt data centre",
    service: "billing",
    need: writes("acme-erp-bridge"),
    environment: "dev",
    ...lives(90),
  }),
  key([70, "amara", "printer-room"], "Prints delivery notes in the warehouse in Bremen.", {
    runsOn: "print-1, Bremen",
    service: "ledger",
    need: consumes("delivery-notes"),
    environment: "staging",
  }),
  key([98, "amara", "bank-courier"], "Collects the bank's statements at six each morning.", {
    runsOn: "batch-07, Frankfurt data centre",
    service: "ledger",
    need: secret("bank/statements"),
    environment: "prod",
    ...excepted(120, "The bank's gateway reads a key from a file and nothing else, until its new release."),
  }),
  key([42, "jonas", "load-test"], "Fills the staging queue before a big sale.", {
    runsOn: "load-1, Frankfurt data centre",
    service: "billing",
    need: sends("billing-load"),
    environment: "dev",
    ...lives(30),
  }),
  login([98, "amara", "orders-reporting"], "Counts orders for the weekly report to the board.", {
    runsOn: "reporting job on batch-2",
    service: "orders",
    need: tables("read-tables", "orders, invoices"),
    ...excepted(150, "The reporting tool knows user and password only."),
  }),
  login([98, "jonas", "refund-clerk"], "Books refunds that support has granted.", {
    runsOn: "support desk on app-4",
    service: "billing",
    need: tables("write-tables", "refunds"),
    ...excepted(110, "The support desk cannot lease credentials before its next release."),
  }),
  login([56, "amara", "invoice-printer"], "Prints invoices for customers who want paper.", {
    runsOn: "printing job on batch-3",
    service: "orders",
    need: tables("read-tables", "invoices"),
    ...excepted(75, "The printing job is replaced with the new invoicing in spring."),
  }),
];

const data: readonly Birth[] = [
  pipeline([98, "nadia", "warehouse-load"], "Loads yesterday's sales into the warehouse.", {
    repository: "warehouse",
    at: "prod-eu",
    need: writes("acme-warehouse-landing"),
  }),
  pipeline([84, "priya", "reports-publish"], "Publishes the management reports on the first of the month.", {
    repository: "reports",
    at: "#main",
    environment: "prod",
    need: writes("acme-reports"),
  }),
  pipeline([84, "priya", "warehouse-nightly"], "Rehearses the nightly load with a tenth of the rows.", {
    repository: "warehouse",
    at: "staging",
    need: writes("acme-warehouse-nightly"),
  }),
  pipeline([77, "victor", "fraud-models"], "Stores the models that score each payment.", {
    repository: "fraud-scoring",
    at: "production",
    need: pushes("fraud/models"),
  }),
  pipeline([77, "victor", "fraud-replay"], "Replays last month's payments against a new model.", {
    repository: "fraud-scoring",
    at: "staging",
    need: reads("acme-fraud-replay"),
  }),
  pipeline([70, "priya", "forecast-train"], "Trains the sales forecast each Sunday.", {
    repository: "forecasts",
    at: "production",
    need: reads("acme-forecast-history"),
  }),
  pipeline([63, "nadia", "warehouse-share"], "Shares the sales cube with the controllers.", {
    repository: "warehouse",
    at: "prod-eu",
    need: publishes("sales-cube-ready"),
  }),
  pipeline([56, "priya", "reports-draft"], "Shows next month's reports before they are published.", {
    repository: "reports",
    at: "#draft",
    environment: "staging",
    need: writes("acme-reports-draft"),
  }),
  pipeline([49, "nadia", "returns-cube"], "Builds the cube of returned goods.", {
    repository: "warehouse",
    at: "staging",
    need: reads("acme-returns"),
  }),
  pipeline([35, "priya", "churn-guess"], "Guesses which customers will leave, for one experiment.", {
    repository: "forecasts",
    at: "staging",
    need: reads("acme-churn"),
    ...lives(14),
  }),
  pipeline([21, "priya", "forecast-serve"], "Answers the shop's question how much to order.", {
    repository: "forecasts",
    at: "production",
    need: deploys("forecast-answer"),
  }),
  key([77, "priya", "laptop-notebook"], "Reads samples into a notebook while the platform is built.", {
    runsOn: "notebook server nb-2",
    service: "reports",
    need: reads("acme-samples"),
    environment: "dev",
  }),
  key([77, "victor", "partner-feed"], "Brings the payment partner's disputes to fraud scoring.", {
    runsOn: "feed-2, Frankfurt data centre",
    service: "fraud-scoring",
    need: writes("acme-partner-feed"),
    edits: { ...kept.edits, backup: "lena" },
    environment: "staging",
  }),
  key([63, "nadia", "weather-feed"], "Buys tomorrow's weather for the forecast.", {
    runsOn: "feed-1, Frankfurt data centre",
    service: "warehouse",
    need: writes("acme-weather"),
    environment: "prod",
    ...excepted(70, "The supplier's uploader cannot federate; its contract ends then."),
  }),
  key([28, "priya", "map-tiles"], "Renders the map in the regional report.", {
    runsOn: "render-1, Frankfurt data centre",
    service: "reports",
    need: reads("acme-map-tiles"),
    environment: "dev",
    ...lives(60),
  }),
  login([70, "nadia", "warehouse-orders"], "Copies orders into the warehouse each night.", {
    runsOn: "copy job on batch-5",
    service: "warehouse",
    need: tables("read-tables", "orders, refunds"),
    ...excepted(160, "The copy job runs on a host without a vault agent until it moves."),
  }),
  login([49, "nadia", "fraud-lookup"], "Looks up orders of payments that seem wrong.", {
    runsOn: "scoring on gpu-2",
    service: "fraud-scoring",
    need: tables("read-tables", "orders"),
    ...excepted(90, "The scorer's driver takes a password only."),
  }),
];

const platform: readonly Birth[] = [
  pipeline([77, "jonas", "billing-smoke"], "Opens one invoice after each release and looks whether it adds up.", {
    repository: "billing",
    at: "staging",
    need: reads("acme-invoices-staging"),
  }),
  pipeline([56, "jonas", "mail-bounces"], "Counts the receipts that came back.", {
    repository: "customer-mail",
    at: "staging",
    need: consumes("mail-bounces"),
  }),
  pipeline([28, "priya", "reports-images"], "Stores the images that render reports.", {
    repository: "reports",
    at: "#draft",
    environment: "staging",
    need: pushes("reports/render"),
  }),
  pipeline([14, "nadia", "warehouse-canary"], "Loads ten rows before ten million.", {
    repository: "warehouse",
    at: "staging",
    need: writes("acme-warehouse-canary"),
  }),
  pipeline([7, "jonas", "releases-rehearsal"], "Rehearses the release on the day before.", {
    repository: "releases",
    at: "staging",
    need: writes("acme-releases-staging"),
  }),
  pipeline([70, "ida", "status-page-deploy"], "Puts the status page online, also when all else is down.", {
    repository: "status-page",
    at: "production",
    need: writes("acme-status"),
  }),
  pipeline([56, "mara", "trail-shipper"], "Ships the audit trail of staging to its archive.", {
    repository: "audit-trail",
    at: "staging",
    need: writes("acme-trail-staging"),
  }),
  key([49, "ida", "uptime-probe"], "Asks every minute whether the shop answers.", {
    runsOn: "probe-1, Dublin",
    service: "status-page",
    need: publishes("uptime"),
    environment: "dev",
  }),
];

export const births: readonly Birth[] = [...payments, ...data, ...platform, ...unfinished];
