import type { Page } from "@playwright/test";
import { Chat } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

test("everything is reached by keyboard, and it shows where one is", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Reach me");
  const page = await ana.open("/chats");
  await live(page);
  await tabTo(page, "a.room");
  await page.keyboard.press("Enter");
  const chat = new Chat(page);
  await expect(chat.message("Reach me")).toBeVisible();
  await tabTo(page, "textarea");
  await page.keyboard.type("Reached");
  await page.keyboard.press("Enter");
  await chat.delivery("Reached", "Sent");
  await expect(chat.composer).toBeFocused();
  await tabTo(page, "[role=log]", "Shift+Tab");
});

/// Steps until the focus is on something, and checks that each step is visible.
async function tabTo(page: Page, selector: string, key = "Tab"): Promise<void> {
  for (let step = 0; step < 40; step += 1) {
    await page.keyboard.press(key);
    const focus = await page.evaluate((selector) => {
      const element = document.activeElement;
      if (!element || element === document.body) return undefined;
      const ringed = (candidate: Element | null): boolean => {
        if (!candidate) return false;
        const style = getComputedStyle(candidate);
        return style.outlineStyle !== "none" || style.boxShadow !== "none";
      };
      const visible = ringed(element) || ringed(element.parentElement) || ringed(element.closest(".box, form, .find"));
      return { there: element.matches(selector), visible, html: element.outerHTML.slice(0, 100) };
    }, selector);
    if (!focus) continue;
    expect(focus.visible, focus.html).toBe(true);
    if (focus.there) return;
  }
  throw new Error(`No way to ${selector} by ${key}`);
}

test("without motion nothing moves", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro", { reducedMotion: "reduce" });
  const page = await ana.open("/chats");
  const moving = await page.evaluate(() =>
    [...document.querySelectorAll("*")].filter((element) => {
      const style = getComputedStyle(element);
      const longest = (times: string) => Math.max(...times.split(",").map((time) => Number.parseFloat(time)));
      return longest(style.transitionDuration) > 0.01 || longest(style.animationDuration) > 0.01;
    }).length,
  );
  expect(moving).toBe(0);
});

test("at 400 % zoom the conversation can be read and written to", async ({ people }) => {
  // 1280 × 1024 at 400 %.
  const ana = await people.signUp("Ana Ribeiro", { viewport: { width: 320, height: 256 } });
  const bo = await people.signUp("Bo Lind");
  const room = await ana.chatWith(bo);
  await bo.send(room, "Large letters");
  const chat = await ana.talk(room);
  await expect(chat.message("Large letters").locator(".text")).toBeInViewport();
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  expect(await chat.page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
});
