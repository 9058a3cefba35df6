import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/// Expects that axe finds nothing, by any of its rules.
export async function isAccessible(page: Page): Promise<void> {
  // Colours in the middle of a transition are nobody's choice; one that is called off has none.
  await page.evaluate(() => Promise.all(document.getAnimations().map((animation) => animation.finished.catch(() => undefined))));
  const { violations } = await new AxeBuilder({ page }).analyze();
  const found = violations.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help}: ${node.html} ${node.failureSummary ?? ""}`),
  );
  expect(found).toEqual([]);
}
