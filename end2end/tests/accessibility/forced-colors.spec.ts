import type { Locator } from "@playwright/test";
import { isAccessible } from "../../support/axe.ts";
import { row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { trio } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

for (const colorScheme of ["light", "dark"] as const) {
  test(`with forced colours, ${colorScheme}, what is chosen shows`, async ({ people }) => {
    const { ana, bo } = await trio(people);
    const room = await ana.chatWith(bo);
    const page = await (await people.elsewhere(ana, { forcedColors: "active", colorScheme })).open("/people/new-group");
    await live(page);
    const tick = (name: string) => page.locator(".choices li").filter({ hasText: name }).locator(".tick");
    await expect(tick("Bo Lind").locator("svg")).toBeHidden();
    await page.locator(".choices").getByText("Bo Lind").click();
    await expect(tick("Bo Lind").locator("svg")).toBeVisible();
    await expect(tick("Cleo Marsh").locator("svg")).toBeHidden();
    await isChosen(tick("Bo Lind"), tick("Cleo Marsh"));

    await page.goto(`/chats/${room}`);
    await live(page);
    await isChosen(row(page, "Bo Lind"), row(page, "Cleo Marsh"));
    const chip = (name: RegExp) => page.getByRole("group", { name: "Show" }).getByRole("button", { name });
    await isChosen(chip(/^All/), chip(/^Unread/));
    const main = page.getByRole("navigation", { name: "Main" });
    await isChosen(main.getByRole("link", { name: "Chats" }), main.getByRole("link", { name: "People" }));
    await isAccessible(page);

    await page.goto("/settings");
    await live(page);
    const [system, dark] = ["System", "Dark"].map((name) => page.getByRole("button", { name }));
    await isChosen(system!, dark!);
    await isAccessible(page);
    await dark!.click();
    await isChosen(dark!, system!);
  });
}

/// The first is drawn on the system's colour for what is chosen, the other is not.
async function isChosen(one: Locator, other: Locator): Promise<void> {
  const isHighlighted = (element: Locator) =>
    element.evaluate((element) => {
      const probe = element.ownerDocument.createElement("i");
      probe.style.cssText = "forced-color-adjust: none; background: Highlight";
      element.append(probe);
      const [own, highlight] = [element, probe].map((it) => getComputedStyle(it).backgroundColor);
      probe.remove();
      return own === highlight;
    });
  await expect.poll(() => Promise.all([isHighlighted(one), isHighlighted(other)])).toEqual([true, false]);
}
