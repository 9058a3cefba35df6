import { isAccessible } from "../../../support/axe.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { newId } from "../../../support/names.ts";
import { refuseChanges } from "../../../support/refusing.ts";

for (const width of [390, 1440]) {
  test(`all of it is accessible (${width} px)`, async ({ people }) => {
    const viewport = { width, height: 844 };
    const ana = await people.signUp("Ana Ribeiro", { viewport });
    const bo = await people.signUp("Bo Lind");
    const room = await ana.chatWith(bo);
    const ids = [newId(), newId(), newId()] as const;
    await bo.send(room, "Liked by both", ids[0]);
    await ana.send(room, "Written in haste", ids[1]);
    await bo.send(room, "Gone", ids[2]);
    for (const person of [ana, bo]) await person.react(room, ids[0], "👍");
    await bo.react(room, ids[1], "😮");
    await bo.delete(room, ids[2]);
    await refuseChanges(ana.context, "Not any more.");
    const chat = await ana.talk(room);
    await isAccessible(chat.page);
    await chat.message("Written in haste").hover();
    await chat.message("Written in haste").getByRole("button", { name: "Message menu" }).click();
    await expect(chat.menu).toBeVisible();
    await isAccessible(chat.page);
    await chat.menu.getByText("Delete").click();
    await isAccessible(chat.page);
    await chat.page.getByRole("button", { name: "Keep it" }).click();
    await chat.choose("Written in haste", "Edit");
    await chat.editor.fill("Written at leisure");
    await chat.editor.press("Enter");
    await expect(chat.page.getByText("Not saved: ")).toBeVisible();
    await isAccessible(chat.page);
  });
}

test.describe("without scripts", () => {
  test.use({ javaScriptEnabled: false });

  test("what became of a message can be read", async ({ people }) => {
    const [ana, bo] = [
      await people.signUp("Ana Ribeiro", { javaScriptEnabled: false }),
      await people.signUp("Bo Lind"),
    ];
    const room = await ana.chatWith(bo);
    const ids = [newId(), newId()] as const;
    await bo.send(room, "Liked", ids[0]);
    await bo.send(room, "Gone", ids[1]);
    await ana.react(room, ids[0], "👍");
    await bo.delete(room, ids[1]);
    const page = await ana.context.newPage();
    await page.goto(`/chats/${room}`);
    const log = page.getByRole("log");
    await expect(log.getByText("This message was deleted")).toBeVisible();
    await expect(log.getByTitle("You reacted with 👍")).toBeVisible();
    await expect(log.getByRole("button", { name: "Message menu" })).toHaveCount(0);
  });
});
