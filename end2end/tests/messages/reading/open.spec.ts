import type { Page } from "@playwright/test";
import { Chat, row } from "../../../support/chat.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { hydrated, live } from "../../../support/hydrated.ts";
import { fill } from "../../../support/long-room.ts";
import type { People } from "../../../support/people.ts";
import type { Person } from "../../../support/person.ts";
import { settled, topOf, wheel } from "../../../support/reader.ts";

const READ = 30;
const DESKTOP = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

interface Unread {
  ana: Person;
  bo: Person;
  room: string;
}

/// A chat in which Ana has read the first messages and not those that follow.
async function unread(people: People, count: number, viewport = DESKTOP, scripts = true): Promise<Unread> {
  const ana = await people.signUp("Ana Ribeiro", { viewport, javaScriptEnabled: scripts });
  const bo = await people.signUp("Bo Lind");
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], READ);
  for (let number = READ + 1; number <= READ + count; number += 1) await bo.send(room, `Message ${number}`);
  return { ana, bo, room };
}

/// Where the "New" line stands, as a share of the height of the history.
function lineAt(page: Page): Promise<number> {
  return page.evaluate(() => {
    const [log, line] = [document.querySelector(".log"), document.querySelector(".log .new")];
    if (!log || !line) return Number.NaN;
    const view = log.getBoundingClientRect();
    return (line.getBoundingClientRect().top - view.top) / view.height;
  });
}

/// The number of the last message of which the end is in view.
function lastInView(chat: Chat): Promise<number> {
  return chat.log.evaluate((log) => {
    const bottom = log.getBoundingClientRect().bottom + 8;
    const rows = [...log.querySelectorAll<HTMLElement>("[data-seq]")];
    return Number(rows.findLast((line) => line.getBoundingClientRect().bottom <= bottom)?.dataset["seq"]);
  });
}

/// Keeps the scripts of the program from the page until what is returned is called.
async function withoutProgram(page: Page): Promise<() => void> {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\/pkg\/.*\.(js|wasm)$/, async (route) => {
    await released;
    await route.continue();
  });
  return release;
}

for (const { count, viewport } of [
  { count: 45, viewport: DESKTOP },
  { count: 45, viewport: PHONE },
  { count: 130, viewport: DESKTOP },
  { count: 130, viewport: PHONE },
]) {
  test(`a chat with ${count} unread opens at the first of them (${viewport.width} px)`, async ({ people }) => {
    const { ana, room } = await unread(people, count, viewport);
    const chat = await ana.talk(room);
    await expect.poll(() => lineAt(chat.page)).toBeCloseTo(0.25, 2);
    await expect(chat.log.locator(`[data-seq="${READ + 1}"]`)).toBeInViewport();

    // Only what is in view is read, and what the wheel brings into view.
    const button = (left: number) => chat.page.getByRole("button", { name: `${left} new` });
    await expect(button(READ + count - (await lastInView(chat)))).toBeVisible();
    await wheel(chat, 400);
    await settled(chat);
    const left = READ + count - (await lastInView(chat));
    expect(left).toBeGreaterThan(0);
    await expect(button(left)).toBeVisible();

    await chat.page.keyboard.press("Escape");
    await expect(chat.message(`Message ${READ + count}`)).toBeInViewport();
    await expect(chat.page.getByRole("button", { name: /new/ })).toHaveCount(0);
    await chat.page.goto("/chats");
    await live(chat.page);
    await expect(row(chat.page, "Bo Lind").locator(".count")).toHaveCount(0);
  });
}

test("a few unread messages: the chat opens at the newest, and all of them are read", async ({ people }) => {
  const { ana, room } = await unread(people, 3);
  const chat = await ana.talk(room);
  await expect(chat.message(`Message ${READ + 3}`)).toBeInViewport();
  await expect(chat.page.getByText("New", { exact: true })).toBeInViewport();
  await expect(row(chat.page, "Bo Lind").locator(".count")).toHaveCount(0);
});

test("from the list a chat opens at the first unread message, too", async ({ people }) => {
  const { ana, room } = await unread(people, 45);
  const page = await ana.open("/chats");
  await live(page);
  const marks: number[] = [];
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload }) => {
      const frame = JSON.parse(String(payload));
      if (frame.type === "mark") marks.push(frame.read);
    }),
  );
  await page.reload();
  await live(page);
  await row(page, "Bo Lind").click();
  await expect(page).toHaveURL(new RegExp(room));
  await expect.poll(() => lineAt(page)).toBeCloseTo(0.25, 2);
  // Only what is in view is read, however the rows came to be there.
  const chat = new Chat(page);
  await settled(chat);
  const last = await lastInView(chat);
  await expect(row(page, "Bo Lind").locator(".count")).toContainText(`${READ + 45 - last}`);
  expect(Math.max(...marks)).toBeLessThanOrEqual(last);
});

for (const viewport of [DESKTOP, PHONE]) {
  test(`what is sent from further up is seen, and the chat follows again (${viewport.width} px)`, async ({ people }) => {
    const { ana, bo, room } = await unread(people, 45, viewport);
    const chat = await ana.talk(room);
    const isAtEnd = () => expect.poll(() => chat.log.evaluate((log) => log.scrollTop)).toBe(0);
    for (const [round, way] of [100, 550, 1500].entries()) {
      await wheel(chat, -way);
      await settled(chat);
      await chat.send(`From ${way} pixels up`);
      await expect(chat.message(`From ${way} pixels up`)).toBeInViewport({ ratio: 1 });
      await chat.delivery(`From ${way} pixels up`, "Sent");
      await isAtEnd();
      await bo.send(room, `Answer ${round}`);
      await expect(chat.message(`Answer ${round}`)).toBeInViewport({ ratio: 1 });
      await isAtEnd();
    }
  });
}

test("nothing is read in a window without the focus", async ({ people }) => {
  const { ana, room } = await unread(people, 45);
  await ana.context.addInitScript(() => {
    document.hasFocus = () => document.documentElement.dataset["focused"] === "";
  });
  const chat = await ana.talk(room);
  await expect.poll(() => lineAt(chat.page)).toBeCloseTo(0.25, 2);
  await wheel(chat, 300);
  await settled(chat);
  await expect(row(chat.page, "Bo Lind").locator(".count")).toContainText("45");
  await chat.page.evaluate(() => {
    document.documentElement.dataset["focused"] = "";
    window.dispatchEvent(new Event("focus"));
  });
  const left = READ + 45 - (await lastInView(chat));
  await expect(row(chat.page, "Bo Lind").locator(".count")).toContainText(`${left}`);
});

for (const count of [45, 130]) {
  test(`with ${count} unread the page stands at the first of them before any script of the program`, async ({ people }) => {
    const { ana, room } = await unread(people, count);
    const page = await ana.context.newPage();
    const release = await withoutProgram(page);
    await page.goto(`/chats/${room}`, { waitUntil: "commit" });
    await expect.poll(() => lineAt(page)).toBeCloseTo(0.25, 2);
    const chat = new Chat(page);
    const top = await topOf(chat, `${READ + 1}`);
    release();
    await live(page);
    expect(await topOf(chat, `${READ + 1}`)).toBeCloseTo(top, 0);
  });
}

test("a reader who has scrolled before the program runs is left there", async ({ people }) => {
  const { ana, room } = await unread(people, 45);
  const page = await ana.context.newPage();
  const release = await withoutProgram(page);
  await page.goto(`/chats/${room}`, { waitUntil: "commit" });
  await expect.poll(() => lineAt(page)).toBeCloseTo(0.25, 2);
  const chat = new Chat(page);
  await wheel(chat, -300);
  const seq = await settled(chat);
  const top = await topOf(chat, seq);
  release();
  await live(page);
  expect(await topOf(chat, seq)).toBeCloseTo(top, 0);
});

test("where a chat was left it opens again: after another chat, and after a reload", async ({ people }) => {
  const [ana, bo, eva] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind"), await people.signUp("Eva Sund")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 140);
  await eva.send(await eva.chatWith(ana), "Hello");
  const chat = await ana.talk(room);
  const newest = chat.log.locator('[data-seq="140"]');
  await expect(async () => {
    await wheel(chat, -900);
    await expect(chat.log.locator('[data-seq="80"]')).toBeInViewport({ timeout: 200 });
  }).toPass();
  const seq = await settled(chat);
  const top = await topOf(chat, seq);
  const off = async () => Math.abs((await topOf(chat, seq)) - top);
  const isThere = () => expect.poll(off).toBeLessThanOrEqual(1);
  const kept = () => chat.page.evaluate((key) => sessionStorage.getItem(key), `${ana.account.id}.${room}`);
  const isKept = () => expect.poll(kept).toMatch(/^\d+\.\d+$/);

  // Left at once, without a rest after the last scroll.
  await row(chat.page, "Eva Sund").click();
  await expect(chat.message("Hello")).toBeInViewport();
  await row(chat.page, "Bo Lind").click();
  await isThere();

  // Drawn there by the server, and not moved by the program.
  await isKept();
  await chat.page.reload({ waitUntil: "commit" });
  await isThere();
  await hydrated(chat.page);
  await isThere();

  // At the newest message nothing is kept: news are followed.
  await chat.page.getByRole("button", { name: "To the newest message" }).click();
  await expect(newest).toBeInViewport();
  await expect.poll(kept).toBe("");
  await chat.reload();
  await expect(newest).toBeInViewport();
});

test("a new message just below the view is offered", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], READ);
  const chat = await ana.talk(room);
  await wheel(chat, -200);
  await settled(chat);
  const offer = chat.page.getByRole("button", { name: "1 new" });
  await expect(offer).toHaveCount(0);
  await bo.send(room, "Below the fold");
  await offer.click();
  await expect(chat.message("Below the fold")).toBeInViewport();
  await expect(offer).toHaveCount(0);
});

for (const { count, viewport } of [
  { count: 3, viewport: DESKTOP },
  { count: 45, viewport: DESKTOP },
  { count: 45, viewport: PHONE },
]) {
  test(`without scripts the first of ${count} unread messages is in view (${viewport.width} px)`, async ({ people }) => {
    const { ana, room } = await unread(people, count, viewport, false);
    const page = await ana.context.newPage();
    await page.goto(`/chats/${room}`);
    await expect(page.getByText("New", { exact: true })).toBeInViewport();
    for (const number of [READ + 1, READ + 3]) {
      await expect(page.getByRole("log").getByText(`Message ${number}`, { exact: true })).toBeInViewport({ ratio: 1 });
    }
  });
}

test("without scripts a chat with unread messages is read to its end", async ({ people }) => {
  const { ana, room } = await unread(people, 130, DESKTOP, false);
  const page = await ana.context.newPage();
  await page.goto(`/chats/${room}`);
  await expect(page.getByText("New", { exact: true })).toBeInViewport();
  const newer = page.getByRole("link", { name: "Newer messages" });
  for (let pages = 0; pages < 6 && (await newer.isVisible()); pages += 1) await newer.click();
  const newest = page.getByRole("log").getByText(`Message ${READ + 130}`, { exact: true });
  // Each page begins where the one before ended.
  await page.getByRole("log").hover();
  await page.mouse.wheel(0, 100_000);
  await expect(newest).toBeInViewport();
  await page.getByRole("link", { name: "Older messages" }).click();
  await expect(newest).toHaveCount(0);
});
