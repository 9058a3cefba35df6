import { Chat, row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";
import { isKept } from "../../support/kept.ts";

test("Shift and Enter break the line, Enter sends, blanks do not", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const chat = await ana.talk(room);
  await chat.send("   ");
  await chat.composer.fill("");
  await chat.composer.pressSequentially("One line");
  await chat.composer.press("Shift+Enter");
  await chat.composer.pressSequentially("and another");
  await chat.composer.press("Enter");
  await chat.shows(["One line\nand another"]);
  await expect(chat.composer).toHaveValue("");
  await expect(chat.composer).toBeFocused();
  await expect.poll(() => ana.history(room)).toEqual(["One line\nand another"]);
});

test("the button sends too", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const chat = await ana.talk(await ana.chatWith(bo));
  await chat.composer.fill("By hand");
  await chat.page.getByRole("button", { name: "Send" }).click();
  await chat.delivery("By hand", "Sent");
});

test("the field grows with the text, up to a limit", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const chat = await ana.talk(await ana.chatWith(bo));
  const height = async () => (await chat.composer.boundingBox())?.height ?? 0;
  const one = await height();
  await chat.composer.fill("1\n2\n3\n4");
  const four = await height();
  expect(four).toBeGreaterThan(one + 50);
  await chat.composer.fill(Array.from({ length: 40 }, (_, line) => line).join("\n"));
  expect(await height()).toBeLessThan(one + 9 * 22);
});

test("a text over the limit stays in the field and is counted", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const chat = await ana.talk(room);
  const long = "x".repeat(4_097);
  await chat.send(long);
  await expect(chat.page.getByText("1 too many")).toBeVisible();
  await expect(chat.composer).toHaveValue(long);
  await chat.send(long.slice(1));
  await expect(chat.composer).toHaveValue("");
  await expect.poll(() => ana.history(room)).toEqual([long.slice(1)]);
});

test("a draft survives a reload and shows in the list", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "Well?");
  const chat = await ana.talk(room);
  await chat.composer.fill("I was going to say");
  await isKept(chat.page, "I was going to say");
  await chat.reload();
  await expect(chat.composer).toHaveValue("I was going to say");

  await chat.page.getByRole("link", { name: "People", exact: true }).click();
  await expect(row(chat.page, "Bo Lind")).toContainText("Draft: I was going to say");
  await row(chat.page, "Bo Lind").click();
  await expect(chat.composer).toHaveValue("I was going to say");
  await chat.composer.press("Enter");
  await chat.delivery("I was going to say", "Sent");
  await chat.reload();
  await expect(chat.composer).toHaveValue("");
});

test("what is typed before the program arrives is kept", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const page = await ana.context.newPage();
  let arrive = () => {};
  const gate = new Promise<void>((resolve) => (arrive = resolve));
  await page.route("**/pkg/*.wasm", async (route) => {
    await gate;
    await route.continue();
  });
  await page.goto(`/chats/${room}`, { waitUntil: "commit" });
  const chat = new Chat(page);
  await chat.composer.fill("Typed early");
  arrive();
  await live(page);
  await expect(chat.composer).toHaveValue("Typed early");
  await chat.composer.press("Enter");
  await chat.delivery("Typed early", "Sent");
});
