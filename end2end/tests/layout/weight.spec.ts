import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";
import { fill } from "../../support/long-room.ts";

interface Loaded {
  name: string;
  bytes: number;
}

/// What the page fetched, compressed as it came over the wire.
function loaded(page: Page): Promise<Loaded[]> {
  return page.evaluate(() => {
    const timings = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
    return (timings as PerformanceResourceTiming[]).map((timing) => ({
      name: new URL(timing.name).pathname,
      bytes: timing.encodedBodySize,
    }));
  });
}

test("the first visit of a conversation is light", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 60);
  const chat = await ana.talk(room);
  const files = await loaded(chat.page);
  const weigh = (wanted: RegExp) =>
    files.filter(({ name }) => wanted.test(name)).reduce((sum, { bytes }) => sum + bytes, 0);
  const program = weigh(/\.(js|wasm)$/);
  expect(program).toBeGreaterThan(100_000);
  expect(program).toBeLessThanOrEqual(350_000);
  expect(weigh(/^\/chats\/|\.css$/)).toBeLessThanOrEqual(60_000);
  expect(files.filter(({ name }) => /split_|chunk_/.test(name))).toEqual([]);
});

test("a page that was left out comes when somebody goes there", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.context.newPage();
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(new URL(request.url()).pathname));
  await page.goto("/chats");
  await live(page);
  expect(fetched.filter((path) => path.includes("split_"))).toEqual([]);
  await page.getByRole("link", { name: "People" }).first().click();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
  expect(fetched.filter((path) => path.includes("split_people"))).toHaveLength(1);
  // Not by loading the whole page anew.
  expect(fetched.filter((path) => /\/rapport\.[0-9a-f]{16}\.wasm$/.test(path))).toHaveLength(1);
});

test("what changes messages comes with the first hand near one", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Near me");
  const chat = await ana.talk(room);
  const hands = async () => (await loaded(chat.page)).filter(({ name }) => name.includes("split_hands")).length;
  expect(await hands()).toBe(0);
  await chat.log.hover();
  await expect.poll(hands).toBe(1);
  await chat.choose("Near me", "👍");
  await expect(chat.reaction("Near me", "👍")).toBeVisible();
  expect(await hands()).toBe(1);
});

test("what changes messages and does not come says so, and the next try helps", async ({ people, watch }) => {
  watch.allow(/Failed to load resource|Failed to fetch|ERR_FAILED/);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Near me");
  const chat = await ana.talk(room);
  await chat.page.route(/split_hands/, (route) => route.abort());
  await chat.message("Near me").hover();
  const button = chat.message("Near me").getByRole("button", { name: "Message menu" });
  await button.click();
  await expect(chat.page.getByRole("alert")).toContainText("could not be fetched");
  await chat.page.unroute(/split_hands/);
  await button.click();
  await chat.menu.getByText("👍").click();
  await expect(chat.reaction("Near me", "👍")).toBeVisible();
});

test("a page whose code does not come says so, and the next try helps", async ({ people, watch }) => {
  watch.allow(/Failed to load resource|Failed to fetch|ERR_FAILED/);
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.context.newPage();
  await page.goto("/chats");
  await live(page);
  await page.route(/split_people/, (route) => route.abort());
  await page.getByRole("link", { name: "People" }).first().click();
  await expect(page.getByRole("alert")).toContainText("could not be fetched");
  await page.unroute(/split_people/);
  await page.getByRole("link", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "People" })).toBeVisible();
});
