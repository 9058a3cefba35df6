import { expect, test } from "../../support/fixtures.ts";
import { Chat } from "../../support/chat.ts";
import { live } from "../../support/hydrated.ts";

test("a person is found by name and written to", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const bo = await people.signUp("Bartholomew Quill");
  const page = await ana.open("/chats");
  await live(page);
  await page.getByRole("link", { name: "Find people" }).first().click();
  await page.getByRole("searchbox", { name: "Find people by name or username" }).fill("barthol");
  await page
    .getByRole("button", { name: "Message Bartholomew Quill" })
    .filter({ hasText: bo.account.username })
    .click();
  await expect(page).toHaveURL(/\/chats\/[0-9a-f-]{36}$/);
  await expect(page.getByRole("heading", { level: 1, name: "Bartholomew Quill" })).toBeVisible();

  const chat = new Chat(page);
  await expect(chat.composer).toBeVisible();
  await chat.send("Hello there");
  await chat.delivery("Hello there", "Sent");
});

test("a person can be chosen while the next search is on its way", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const bo = await people.signUp("Bartholomew Quill");
  const page = await ana.open("/people");
  await live(page);
  const field = page.getByRole("searchbox", { name: "Find people by name or username" });
  const found = page.getByRole("button", { name: "Message Bartholomew Quill" }).filter({ hasText: bo.account.username });
  await field.fill("barthol");
  await expect(found).toBeVisible();
  // Never answered.
  await page.route(/\/api\/people\/find\?q=bartholomew/, () => undefined);
  const asked = page.waitForRequest(/\/api\/people\/find\?q=bartholomew/);
  await field.fill("bartholomew");
  await asked;
  await found.click();
  await expect(page).toHaveURL(/\/chats\/[0-9a-f-]{36}$/);
});

test("a username finds exactly one, and its address can be shared", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const page = await ana.open("/people");
  await page.getByRole("searchbox", { name: "Find people by name or username" }).fill(bo.account.username);
  await expect(page.getByRole("button", { name: "Message Bo Lind" })).toHaveCount(1);
  await expect(page).toHaveURL(`/people?q=${bo.account.username}`);
  await page.reload();
  await expect(page.getByRole("button", { name: "Message Bo Lind" })).toHaveCount(1);
  await expect(page.getByRole("searchbox", { name: "Find people by name or username" })).toHaveValue(bo.account.username);
});

test("nobody of that name is said in words", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.open("/people");
  await page.getByRole("searchbox", { name: "Find people by name or username" }).fill("zzyzx");
  await expect(page.getByText("Nobody found", { exact: true })).toBeVisible();
});

test("the same two people always meet in the same room", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const rooms = await Promise.all([ana.chatWith(bo), bo.chatWith(ana), ana.chatWith(bo)]);
  expect(new Set(rooms).size).toBe(1);
});
