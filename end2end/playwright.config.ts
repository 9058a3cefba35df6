import { defineConfig } from "@playwright/test";
import { browser } from "./browser.ts";
import type { Options } from "./support/fixtures.ts";

/// Full mode runs the tests whose result its engines can change: delivery, membership, sessions, mail, failures. The
/// client, the style sheets and the rendered pages are the same files in both modes.
const changedByTheMode = [
  "engines/**",
  "accounts/sign-{out,up}.spec.ts",
  "messages/talk.spec.ts",
  "messages/change/{delete,edit,react}.spec.ts",
  "people/block.spec.ts",
  "resilience/{killed-server,offline,second-tab}.spec.ts",
  "rooms/{groups,leave}.spec.ts",
];

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
    // A quarter of the time; and nobody opens a trace of CI.
    trace: process.env["CI"] === undefined ? "retain-on-failure" : "off",
    launchOptions: browser,
  },
  projects: [
    { name: "lite", testIgnore: "engines/**", use: { mode: "lite" } },
    { name: "full", testMatch: changedByTheMode, use: { mode: "full" } },
  ],
});
