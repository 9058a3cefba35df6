import { defineConfig } from "@playwright/test";
import { browser } from "./browser.ts";
import type { Options } from "./support/fixtures.ts";

export default defineConfig<object, Options>({
  testDir: "tests",
  outputDir: "test-results",
  // Each worker has a server, or a cluster, of its own; two cores carry one beside its browsers.
  workers: Number(process.env["E2E_WORKERS"] ?? 1),
  // A story that passes at the second try has found something.
  retries: 0,
  forbidOnly: process.env["CI"] !== undefined,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [["list"]],
  use: {
    viewport: { width: 1280, height: 800 },
    locale: "en-GB",
    timezoneId: "UTC",
    trace: "retain-on-failure",
    launchOptions: browser,
  },
  // The same stories of the program alone and of a cluster; those in `engines` are about what only a
  // cluster has.
  projects: [
    { name: "lite", testIgnore: "engines/**", use: { mode: "lite" } },
    { name: "full", use: { mode: "full" } },
  ],
});
