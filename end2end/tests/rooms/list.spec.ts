import { row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

test("the list counts what is unread and moves the latest to the top", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const bo = await people.signUp("Bo Lind");
  const cleo = await people.signUp("Cleo Marsh");
  const [withBo, withCleo] = [await ana.chatWith(bo), await ana.chatWith(cleo)];
  await bo.send(withBo, "First from Bo");
  await cleo.send(withCleo, "First from Cleo");

  const page = await ana.open("/people");
  await live(page);
  const names = page.getByRole("region", { name: "Chats" }).locator("a.room .name");
  await expect(names).toHaveText(["Cleo Marsh", "Bo Lind"]);
  await expect(row(page, "Bo Lind").locator(".count")).toHaveText("1 unread");
  await expect(page).toHaveTitle("(2) People · Rapport");

  await bo.send(withBo, "Second from Bo");
  await expect(names).toHaveText(["Bo Lind", "Cleo Marsh"]);
  await expect(row(page, "Bo Lind")).toContainText("Second from Bo");
  await expect(row(page, "Bo Lind").locator(".count")).toHaveText("2 unread");
  await expect(page).toHaveTitle("(3) People · Rapport");

  await row(page, "Bo Lind").click();
  await expect(row(page, "Bo Lind").locator(".count")).toHaveCount(0);
  await expect(page).toHaveTitle("(1) Bo Lind · Rapport");
});

test("a chat that somebody opened is listed with their first message", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const there = await bo.open("/chats");
  await live(there);
  const { id } = await ana.openChat(bo);
  const here = await ana.talk(id);
  await there.reload();
  await live(there);
  await expect(there.locator("a.room")).toHaveCount(0);
  await here.send("Hello Bo");
  await expect(row(there, "Ana Ribeiro")).toContainText("Hello Bo");
  await expect(row(there, "Ana Ribeiro").locator(".count")).toHaveText("1 unread");
  await here.delivery("Hello Bo", "Delivered");
  await row(there, "Ana Ribeiro").click();
  await here.delivery("Hello Bo", "Read");
});

test("what was read on one device is read on the other", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const phone = await people.elsewhere(ana);
  const there = await phone.open("/people");
  await live(there);
  await bo.send(room, "Anybody there?");
  await expect(row(there, "Bo Lind").locator(".count")).toHaveText("1 unread");

  await ana.talk(room);
  await expect(row(there, "Bo Lind").locator(".count")).toHaveCount(0);
});

test("the filter shows only what is unread", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const bo = await people.signUp("Bo Lind");
  const cleo = await people.signUp("Cleo Marsh");
  await bo.send(await ana.chatWith(bo), "Read me");
  await ana.send(await ana.chatWith(cleo), "My own words are not unread");
  const page = await ana.open("/people");
  await page.getByRole("button", { name: "Unread 1" }).click();
  await expect(page.locator("a.room .name")).toHaveText(["Bo Lind"]);
  await page.getByRole("button", { name: "All" }).click();
  await expect(page.locator("a.room .name")).toHaveCount(2);
});

test("a room is nobody else's business", async ({ people, watch }) => {
  watch.allowStatus(404, "/chats/");
  const ana = await people.signUp("Ana Ribeiro");
  const bo = await people.signUp("Bo Lind");
  const eve = await people.signUp("Eve Outside");
  const room = await ana.chatWith(bo);
  await bo.send(room, "Only for Ana");
  const page = await eve.context.newPage();
  await page.goto(`/chats/${room}`);
  await expect(page.getByRole("heading", { name: "Not here" })).toBeVisible();
  await expect(page.getByText("Only for Ana")).toHaveCount(0);
});
