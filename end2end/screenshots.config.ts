import { defineConfig } from "@playwright/test";
import { browser } from "./browser.ts";

export default defineConfig({
  testDir: ".",
  testMatch: "screenshots.ts",
  outputDir: "test-results/screenshots",
  workers: 1,
  timeout: 120_000,
  reporter: [["list"]],
  use: { locale: "en-GB", timezoneId: "UTC", contextOptions: { reducedMotion: "reduce" }, launchOptions: browser },
});
