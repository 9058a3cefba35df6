import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/// Expects that axe finds nothing, by any of its rules, and nothing in the colours of the other theme either.
export async function isAccessible(page: Page): Promise<void> {
  const found = await violations(page, new AxeBuilder({ page }));
  const isDark = await page.evaluate(() => matchMedia("(prefers-color-scheme: dark)").matches);
  await page.emulateMedia({ colorScheme: isDark ? "light" : "dark" });
  found.push(...(await violations(page, new AxeBuilder({ page }).withRules(COLOURS))));
  await page.emulateMedia({ colorScheme: isDark ? "dark" : "light" });
  expect(found).toEqual([]);
}

/// The rules whose answer a theme can change.
const COLOURS = ["color-contrast", "link-in-text-block"];

async function violations(page: Page, axe: AxeBuilder): Promise<string[]> {
  // Colours in the middle of a transition are nobody's choice; one that is called off has none.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  const { violations } = await axe.analyze();
  return violations.flatMap(({ id, help, nodes }) => nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary ?? ""}`));
}
