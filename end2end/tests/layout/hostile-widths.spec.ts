import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
import { acquaint } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";
import type { People } from "../../support/people.ts";
import type { Person } from "../../support/person.ts";

const LONG = "Ш".repeat(64);
const PILED = `Z${"\u0335\u0321\u030d\u0489".repeat(200)}`;

for (const { width, height } of [{ width: 320, height: 568 }, { width: 390, height: 844 }, { width: 820, height: 1180 }, { width: 1440, height: 900 }]) {
  test(`no name and no letter makes anything scroll sideways at ${width} px`, async ({ people }) => {
    const { ana, room, group } = await hostile(people, width, height);
    for (const path of [
      "/chats",
      `/chats/${room}`,
      `/chats/${room}?details`,
      `/chats/${group}`,
      `/chats/${group}?details`,
      `/people?q=${"q".repeat(64)}`,
      "/people/new-group",
      "/settings",
    ]) {
      const page = await ana.open(path);
      await live(page);
      expect(await sideways(page), path).toEqual([]);
      await page.close();
    }
  });
}

/// Somebody with chats whose names and texts cannot be broken.
async function hostile(people: People, width: number, height: number): Promise<{ ana: Person; room: string; group: string }> {
  const ana = await people.signUp(`${LONG.slice(1)}ш`, { viewport: { width, height } });
  const bo = await people.signUp(LONG);
  const room = await acquaint(ana, bo);
  for (const text of [PILED, "W".repeat(600), `https://example.org/${"x".repeat(400)}`]) await bo.send(room, text);
  const group = await ana.found(LONG, bo);
  for (const text of [PILED, "Hello"]) await bo.send(group, text);
  await ana.send(group, PILED);
  return { ana, room, group };
}

/// What can be scrolled sideways, and the page itself if it reaches out.
function sideways(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const scrollers = [...document.querySelectorAll<HTMLElement>("body *")].filter((element) =>
      ["auto", "scroll"].includes(getComputedStyle(element).overflowX),
    );
    const wide = [document.documentElement, ...scrollers].filter((element) => element.scrollWidth > element.clientWidth);
    return wide.map((element) => `${element.tagName}.${element.className} ${element.scrollWidth} > ${element.clientWidth}`);
  });
}

test("on the smallest screen Send stays in view, whatever is above it", async ({ people, watch }) => {
  watch.allowOutage();
  const ana = await people.signUp("Ana Ribeiro", { viewport: { width: 320, height: 256 } });
  const bo = await people.signUp("Bo Lind");
  const chat = await ana.talk(await ana.chatWith(bo));
  const send = chat.page.locator(".send");
  await expect(send).toBeInViewport({ ratio: 1 });
  await chat.composer.fill("1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
  await expect(send).toBeInViewport({ ratio: 1 });
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  await chat.composer.fill("x".repeat(4_200));
  await expect(send).toBeInViewport({ ratio: 1 });
  await chat.composer.fill("Short");
  await send.click();
  await chat.delivery("Short", "Sent");
  await chat.composer.press("ArrowUp");
  await expect(chat.page.locator(".editing")).toBeVisible();
  await chat.editor.fill("1\n2\n3\n4\n5\n6\n7\n8\n9\n10");
  await ana.context.setOffline(true);
  await expect(chat.page.locator(".offline")).toBeVisible();
  await expect(send).toBeInViewport({ ratio: 1 });
  expect(await sideways(chat.page)).toEqual([]);
});

for (const viewport of [{ width: 320, height: 256 }, { width: 360, height: 225 }]) {
  test(`at 400 % zoom the list can be read (${viewport.width} × ${viewport.height})`, async ({ people }) => {
    const ana = await people.signUp("Ana Ribeiro", { viewport });
    for (const name of ["Bo Lind", "Cleo Marsh", "Dan Ek"]) await acquaint(ana, await people.signUp(name));
    const page = await ana.open("/chats");
    await live(page);
    const rows = page.locator("a.room");
    await rows.last().scrollIntoViewIfNeeded();
    await expect(rows.last()).toBeInViewport({ ratio: 1 });
    await expect(rows.nth(1)).toBeInViewport({ ratio: 1 });
  });
}

test("letters grow with the size that is set in the browser", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Large letters");
  const chat = await ana.talk(room);
  const sizes = () =>
    chat.page.evaluate(() =>
      [".msg .text", ".stamp", "textarea", ".room .name", ".room .last", ".talk-head h1", ".talk-head .meta", ".chip"].map((part) => {
        const element = document.querySelector(part);
        return element ? Number.parseFloat(getComputedStyle(element).fontSize) : 0;
      }),
    );
  const before = await sizes();
  await chat.page.evaluate(() => document.documentElement.style.setProperty("font-size", "32px"));
  const after = await sizes();
  for (const [place, size] of before.entries()) expect(after[place]).toBeCloseTo(2 * size, 0);
  await expect(chat.composer).toBeInViewport({ ratio: 1 });
  await expect(chat.page.locator(".send")).toBeInViewport({ ratio: 1 });
  expect(await sideways(chat.page)).toEqual([]);
});

test.describe("on a phone", () => {
  const phone = { viewport: { width: 390, height: 844 }, hasTouch: true, isMobile: true };

  test("no field is so small that the phone zooms into it, and no button too small for a thumb", async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro", phone), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    for (const path of ["/chats", `/chats/${room}`, `/chats/${room}?details`, "/people", "/people/new-group", "/settings"]) {
      const page = await ana.open(path);
      const small = await page.evaluate(() => {
        const fields = [...document.querySelectorAll<HTMLElement>("input:not([type=hidden], .sr), textarea")];
        const buttons = [...document.querySelectorAll<HTMLElement>(".icon, .send, .btn, .bar a")];
        const tiny = fields.filter((field) => Number.parseFloat(getComputedStyle(field).fontSize) < 16);
        const narrow = buttons.filter((button) => {
          const { width, height } = button.getBoundingClientRect();
          return button.checkVisibility() && (width < 44 || height < 44);
        });
        return [...tiny, ...narrow].map((element) => element.outerHTML.slice(0, 90));
      });
      expect(small, path).toEqual([]);
      await page.close();
    }
  });
});
