import { expect, test } from "../../support/fixtures.ts";
import { Chat } from "../../support/chat.ts";

test("after signing out nothing private comes back", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Between you and me");

  const page = await ana.open(`/chats/${room}`);
  await expect(new Chat(page).message("Between you and me")).toBeVisible();
  await page.getByRole("link", { name: "Settings" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");

  for (let step = 0; step < 2; step += 1) {
    await page.goBack();
    await expect(page).toHaveURL("/sign-in");
    await expect(page.getByText("Between you and me")).toHaveCount(0);
  }
  await page.goto(`/chats/${room}`);
  await expect(page).toHaveURL("/sign-in");
  const kept = await page.evaluate(async () => JSON.stringify(await indexedDB.databases()));
  expect(kept, "databases left behind").not.toContain(ana.account.id);
});

test("signing out in one tab signs out the others", async ({ people, watch }) => {
  watch.allowStatus(401, "");
  watch.allowOutage();
  const ana = await people.signUp("Ana Ribeiro");
  const [one, two] = [await ana.open("/settings"), await ana.open("/chats")];
  await one.getByRole("button", { name: "Sign out" }).click();
  await expect(one).toHaveURL("/sign-in");
  await expect(two).toHaveURL("/sign-in");
});

test("signing out leaves other browsers signed in", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const phone = await people.elsewhere(ana);
  const page = await ana.open("/settings");
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  const there = await phone.open("/chats");
  await expect(there.getByRole("heading", { name: "Chats" })).toBeVisible();
});
