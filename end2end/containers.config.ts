import { defineConfig } from "@playwright/test";
import stories from "./playwright.config.ts";

/// The stories of the composition in deploy/, which scripts/containers.sh runs.
export default defineConfig({
  ...stories,
  testDir: "containers",
  timeout: 600_000,
  expect: { timeout: 60_000 },
  // Its certificate was made for the trial.
  use: { ...stories.use, ignoreHTTPSErrors: true },
  projects: [{ name: "containers" }],
});
