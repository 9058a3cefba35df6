import { defineConfig } from "@playwright/test";
import stories from "./playwright.config.ts";
import type { Options } from "./browsers/fixtures.ts";

/// The stories that run in Firefox and in WebKit, which Playwright's own builds are not needed for.
export default defineConfig<object, Options>({
  ...stories,
  testDir: "browsers",
  projects: [
    { name: "firefox", use: { engine: "firefox" } },
    { name: "webkit", use: { engine: "webkit" } },
  ],
});
