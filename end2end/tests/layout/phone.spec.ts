import type { Page } from "@playwright/test";
import { Chat, row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { trio } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

test.use({ viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true });

test("on a phone one thing is shown at a time, and Back leads out", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  await bo.send(await ana.chatWith(bo), "See you at eight");
  const page = await ana.open("/chats");
  await live(page);
  const chat = new Chat(page);
  const main = page.getByRole("navigation", { name: "Main" });
  await expect(main).toBeInViewport();
  await expect(chat.composer).toBeHidden();

  await row(page, "Bo Lind").tap();
  await expect(chat.message("See you at eight")).toBeInViewport();
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  await expect(row(page, "Bo Lind")).toBeHidden();
  await expect(main).toBeHidden();
  await chat.composer.fill("I will be there");
  await page.getByRole("button", { name: "Send" }).tap();
  await chat.delivery("I will be there", "Sent");

  await page.getByRole("link", { name: "Back to chats" }).tap();
  await expect(page).toHaveURL("/chats");
  await expect(row(page, "Bo Lind")).toContainText("I will be there");

  await row(page, "Bo Lind").tap();
  await expect(chat.composer).toBeVisible();
  await page.goBack();
  await expect(row(page, "Bo Lind")).toBeVisible();
  await expect(chat.composer).toBeHidden();
});

for (const path of ["/chats", "/people", "/settings"]) {
  test(`${path} fits, and everything in it can be hit with a thumb`, async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
    await bo.send(await ana.chatWith(bo), "Hello");
    const page = await ana.open(path);
    await fits(page);
    await thumbs(page);
  });
}

test("a conversation fits, and everything in it can be hit with a thumb", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "supercalifragilisticexpialidocious".repeat(8));
  const chat = await ana.talk(room);
  await fits(chat.page);
  await thumbs(chat.page);
});

test("a group, its details and a new one fit, and everything in them can be hit with a thumb", async ({ people }) => {
  const { ana, bo } = await trio(people);
  const room = await ana.found("Studio Casa", bo);
  for (const path of [`/chats/${room}?details`, "/people/new-group"]) {
    const page = await ana.open(path);
    await fits(page);
    await thumbs(page);
    await page.close();
  }
});

for (const path of ["/sign-in", "/register"]) {
  test(`${path} fits, and everything in it can be hit with a thumb`, async ({ page }) => {
    await page.goto(path);
    await fits(page);
    await thumbs(page);
  });
}

async function fits(page: Page): Promise<void> {
  const over = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
  expect(over, "nothing reaches out at the side").toBeLessThanOrEqual(0);
}

/// Controls can be hit 21 pixels from their middle, to all sides: by themselves, by what they let
/// reach out of them, or by the box around a field. Links in a line of text are as high as the line.
async function thumbs(page: Page): Promise<void> {
  const small = await page.evaluate(() => {
    const misses = (control: HTMLElement): string[] => {
      const { left, top, width, height } = control.getBoundingClientRect();
      const [x, y] = [left + width / 2, top + height / 2];
      const around = control.matches("input, textarea") ? control.closest(".box, form, .field") : control;
      const sides = { left: [x - 21, y], right: [x + 21, y], above: [x, y - 21], below: [x, y + 21] };
      return Object.entries(sides).flatMap(([side, [atX = 0, atY = 0]]) => {
        // At the edge of the screen a thumb hits what is there.
        const inside = [Math.min(Math.max(atX, 1), innerWidth - 1), Math.min(Math.max(atY, 1), innerHeight - 1)];
        const hit = document.elementFromPoint(inside[0] ?? 0, inside[1] ?? 0);
        return hit && around?.contains(hit) ? [] : [side];
      });
    };
    const controls = document.querySelectorAll<HTMLElement>("button, input:not([type=hidden]), textarea, a[href]");
    return [...controls].flatMap((control) => {
      const shown = control.checkVisibility({ opacityProperty: true, visibilityProperty: true });
      if (!shown || getComputedStyle(control).display === "inline") return [];
      control.scrollIntoView({ block: "nearest" });
      const missed = misses(control);
      return missed.length > 0 ? [`${control.outerHTML.slice(0, 90)} is missed ${missed.join(", ")}`] : [];
    });
  });
  expect(small).toEqual([]);
}
