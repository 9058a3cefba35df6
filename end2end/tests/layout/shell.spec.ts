import { expect, test } from "../../support/fixtures.ts";
import { hydrated } from "../../support/hydrated.ts";
import { fill } from "../../support/long-room.ts";
import { settled, topOf } from "../../support/reader.ts";

test("PageUp and PageDown in the composer scroll the history, and nothing else", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro", { viewport: { width: 1440, height: 600 } });
  const bo = await people.signUp("Bo Lind");
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 60);
  const chat = await ana.talk(room);
  await chat.composer.fill("A text\nof several\nlines");
  const shell = chat.page.locator(".shell");
  const before = await shell.boundingBox();
  const last = chat.log.locator('[data-seq="60"]');
  await expect(last).toBeInViewport();
  for (const key of ["PageUp", "PageUp", "PageUp"]) await chat.composer.press(key);
  await expect(last).not.toBeInViewport();
  expect(await shell.boundingBox()).toEqual(before);
  await expect(chat.composer).toBeFocused();

  const seq = await settled(chat);
  const top = await topOf(chat, seq);
  await chat.composer.press("PageUp");
  await chat.composer.press("PageDown");
  expect(Math.abs((await topOf(chat, seq)) - top)).toBeLessThanOrEqual(1);
  for (const key of ["PageDown", "PageDown", "PageDown"]) await chat.composer.press(key);
  await expect(last).toBeInViewport();
  expect(await shell.boundingBox()).toEqual(before);
  await expect(chat.composer).toHaveValue("A text\nof several\nlines");
});

for (const width of [390, 900, 1440]) {
  test(`no view can be scrolled out of the window (${width} px)`, async ({ people }) => {
    const ana = await people.signUp("Ana Ribeiro", { viewport: { width, height: 480 } });
    const bo = await people.signUp("Bo Lind");
    const room = await ana.chatWith(bo);
    await fill(room, [ana, bo], 50);
    // A list longer than the window, each chat with words that are said and not shown.
    for (let group = 1; group <= 12; group += 1) await bo.send(await bo.found(`Group ${group}`, ana), "Unread");
    const page = await ana.context.newPage();
    for (const path of ["/chats", `/chats/${room}`, `/chats/${room}?details`, "/people", "/people/new-group", "/settings"]) {
      await page.goto(path);
      await hydrated(page);
      const moved = await page.evaluate(() => {
        const frame = [document.scrollingElement, document.body, ...document.querySelectorAll(".shell, .shell > main, .pane, .list")];
        return frame.flatMap((element) => {
          element?.scrollTo(500, 500);
          return element && element.scrollTop + element.scrollLeft > 0 ? [`${element.tagName}.${element.className}`] : [];
        });
      });
      expect(moved, path).toEqual([]);
    }
  });
}
