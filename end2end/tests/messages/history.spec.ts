import type { Page, Route } from "@playwright/test";
import type { Chat } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";
import { fill } from "../../support/long-room.ts";
import { settled, topOf, wheel } from "../../support/reader.ts";

/// Bound of the page: at least 100 rows are drawn, and 40 beyond the view are never removed.
const NODES = 1_700;

function nodes(page: Page): Promise<number> {
  return page.evaluate(() => document.querySelectorAll("*").length);
}

test("a long room: older pages do not move the line that is read", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 300);
  const chat = await ana.talk(room);
  await expect(chat.log.locator('[data-seq="300"]')).toBeInViewport();
  expect(await nodes(chat.page)).toBeLessThanOrEqual(NODES);

  // Pages of history are held back, so that the moment of their arrival is known.
  const held: Route[] = [];
  await chat.page.route("**/api/messages/page?**", (route) => held.push(route));
  for (let page = 1; page <= 3; page += 1) {
    await expect(async () => {
      await wheel(chat, -600);
      expect(held).toHaveLength(1);
    }).toPass();
    const seq = await settled(chat);
    const before = await topOf(chat, seq);
    const oldest = await chat.log.locator("[data-seq]").first().getAttribute("data-seq");
    await held.pop()?.continue();
    await expect
      .poll(() => chat.log.locator("[data-seq]").first().getAttribute("data-seq"))
      .not.toBe(oldest);
    const after = await topOf(chat, seq);
    expect(Math.abs(after - before), `message ${seq} with page ${page}`).toBeLessThanOrEqual(1);
    expect(await nodes(chat.page)).toBeLessThanOrEqual(NODES);
  }
});

test("a long room: to its beginning and back to the newest", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 300);
  const chat = await ana.talk(room);
  const beginning = chat.page.getByText("This is the beginning of your chat with Bo Lind.");
  let most = 0;
  await expect(async () => {
    await wheel(chat, -3_000);
    most = Math.max(most, await nodes(chat.page));
    await expect(beginning).toBeInViewport({ timeout: 200 });
  }).toPass({ timeout: 40_000 });
  expect(most).toBeLessThanOrEqual(NODES);
  await expect(chat.message("Message 1")).toBeInViewport();
  await expect(chat.page.getByText("These messages could not be loaded.")).toHaveCount(0);

  await bo.send(room, "Meanwhile, far below");
  await expect(chat.message("Message 1")).toBeInViewport();
  await chat.page.getByRole("button", { name: "1 new" }).click();
  await expect(chat.message("Meanwhile, far below")).toBeInViewport();
  await expect(chat.page.getByRole("button", { name: /new/ })).toHaveCount(0);
  await expect(chat.composer).toBeFocused();
  expect(await nodes(chat.page)).toBeLessThanOrEqual(NODES);
});

test("messages that arrive do not move what is read above", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 45);
  const chat = await ana.talk(room);
  await wheel(chat, -700);
  await expect(chat.page.getByRole("button", { name: /newest/ })).toBeVisible();
  const seq = await settled(chat);
  const before = await topOf(chat, seq);
  for (let count = 1; count <= 5; count += 1) await bo.send(room, `News ${count}`);
  await expect(chat.page.getByRole("button", { name: "5 new" })).toBeVisible();
  expect(Math.abs((await topOf(chat, seq)) - before)).toBeLessThanOrEqual(1);
});

test("a line marks where the unread begins", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await ana.send(room, "The last that I wrote");
  for (const text of ["Unread one", "Unread two"]) await bo.send(room, text);
  const chat = await ana.talk(room);
  const line = chat.log.locator(".line", { has: chat.page.getByText("New", { exact: true }) });
  await expect(line).toHaveCount(1);
  await expect(line).toContainText("Unread one");
  await expect(row(chat)).toHaveCount(0);
  await expect(line, "stays while the room is open").toHaveCount(1);
  await chat.reload();
  await expect(chat.message("Unread two")).toBeVisible();
  await expect(line, "is gone once everything is read").toHaveCount(0);
});

function row(chat: Chat) {
  return chat.page.locator("a.room .count");
}

test("a link to a message opens the room there", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 120);
  const page = await ana.open(`/chats/${room}?at=40`);
  const log = page.getByRole("log", { name: "Messages" });
  const bubble = (seq: number) => log.locator(`[data-seq="${seq}"] .bubble`);
  await expect(bubble(40)).toBeInViewport();
  await live(page);
  await expect(bubble(40), "is highlighted").toHaveCSS("animation-name", "found");
  await expect(bubble(41)).toHaveCSS("animation-name", "none");
  await page.getByRole("button", { name: /newest|new$/ }).click();
  await expect(log.locator('[data-seq="120"]')).toBeInViewport();
});
