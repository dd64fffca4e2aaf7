import type { NextConfig } from "next";

const config: NextConfig = {
  serverExternalPackages: ["@cedar-policy/cedar-wasm"],
  images: { unoptimized: true },
  poweredByHeader: false,
  devIndicators: false,
};

export default config;
