import type { Page } from "@playwright/test";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { Chat } from "../../support/chat.ts";
import { isKept } from "../../support/kept.ts";

test("after signing out nothing private comes back", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Between you and me");

  const page = await ana.open(`/chats/${room}`);
  await expect(new Chat(page).message("Between you and me")).toBeVisible();
  await page.getByRole("link", { name: "Settings" }).click();
  await expect(page.getByRole("button", { name: "Sign out" })).toBeVisible();
  // As if the chat had been left further up.
  const url = new URL("/chats", page.url());
  const value = `${ana.account.id}.${room}.1.20`;
  await ana.context.addCookies([{ name: "position", value, domain: url.hostname, path: "/chats" }]);
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in(\?next=|$)/);
  const cookies = async () => (await ana.context.cookies(url.href)).map((cookie) => cookie.name);
  await expect.poll(cookies).not.toContain("position");

  for (let step = 0; step < 2; step += 1) {
    await page.goBack();
    await expect(page).toHaveURL(/\/sign-in(\?next=|$)/);
    await expect(page.getByText("Between you and me")).toHaveCount(0);
  }
  await page.goto(`/chats/${room}`);
  await expect(page).toHaveURL(/\/sign-in(\?next=|$)/);
  const kept = await page.evaluate(async () => JSON.stringify(await indexedDB.databases()));
  expect(kept, "databases left behind").not.toContain(ana.account.id);
});

test("signing out in one tab signs out the others", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  watch.allowOutage();
  const ana = await people.signUp("Ana Ribeiro");
  const [one, two] = [await ana.open("/settings"), await ana.open("/chats")];
  await one.getByRole("button", { name: "Sign out" }).click();
  await expect(one).toHaveURL(/\/sign-in(\?next=|$)/);
  await expect(two).toHaveURL(/\/sign-in(\?next=|$)/);
});

test("signing out leaves other browsers signed in", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const phone = await people.elsewhere(ana);
  const page = await ana.open("/settings");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL(/\/sign-in(\?next=|$)/);
  const there = await phone.open("/chats");
  await expect(there.getByRole("heading", { name: "Chats" })).toBeVisible();
});

/// The names of what the browser keeps for this origin.
function databases(page: Page): Promise<string> {
  return page.evaluate(async () => JSON.stringify(await indexedDB.databases()));
}

test("a session that ends elsewhere leaves nothing in an open browser", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  watch.allowOutage();
  const { ana, hers } = await converse(people);
  await hers.send("Between you and me");
  await isKept(hers.page, "Between you and me");
  await ana.endSession();
  await expect(hers.page).toHaveURL(/\/sign-in(\?next=|$)/);
  await expect.poll(() => databases(hers.page)).not.toContain(ana.account.id);
});

test("a session that ended meanwhile leaves nothing when the browser comes back", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  const { ana, hers } = await converse(people);
  await hers.send("Between you and me");
  await isKept(hers.page, "Between you and me");
  await hers.page.close();
  await ana.endSession();
  const page = await ana.context.newPage();
  await page.goto("/chats");
  await expect(page).toHaveURL(/\/sign-in(\?next=|$)/);
  await expect.poll(() => databases(page)).not.toContain(ana.account.id);
});

test("cookies that are gone leave nothing either, once somebody is asked to sign in", async ({ people }) => {
  const { ana, room, hers } = await converse(people);
  await hers.send("Between you and me");
  await isKept(hers.page, "Between you and me");
  await hers.page.close();
  await ana.context.clearCookies();
  const page = await ana.context.newPage();
  await page.goto(`/chats/${room}`);
  await expect(page).toHaveURL(/\/sign-in\?next=/);
  await expect.poll(() => databases(page)).not.toContain(ana.account.id);
});

test("signing out with unsent messages asks first", async ({ people, watch }) => {
  watch.allowOutage();
  watch.allowStatus(401, "");
  const { ana, room, hers } = await converse(people);
  await hers.send("Sent");
  await hers.settles();
  // Fetched in the quiet after a start, to be there without a server.
  const ahead = () => performance.getEntriesByType("resource").some(({ name }) => name.includes("split_settings"));
  await expect.poll(() => hers.page.evaluate(ahead), { timeout: 20_000 }).toBe(true);
  await ana.context.setOffline(true);
  await expect(hers.page.getByText("Offline. What you send leaves when you are back.")).toBeVisible();
  for (const text of ["Not yet", "Nor this"]) await hers.send(text);
  await hers.delivery("Nor this", "Sending");
  await hers.page.getByRole("link", { name: "Settings" }).click();
  await hers.page.getByRole("button", { name: "Sign out" }).click();
  const dialog = hers.page.getByRole("dialog", { name: "Sign out?" });
  await expect(dialog).toContainText("2 messages");
  await dialog.getByRole("button", { name: "Stay signed in" }).click();
  await expect(dialog).toBeHidden();
  await expect(hers.page).toHaveURL("/settings");

  await ana.context.setOffline(false);
  await expect.poll(() => ana.history(room), { timeout: 30_000 }).toEqual(["Sent", "Not yet", "Nor this"]);
  await expect(hers.page.locator("#sign-out")).toContainText("0 messages");
  await hers.page.getByRole("button", { name: "Sign out" }).click();
  await expect(hers.page).toHaveURL(/\/sign-in(\?next=|$)/);
});
