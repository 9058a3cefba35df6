import { row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

test("two people talk, and the ticks tell how far a message has come", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const hers = await ana.talk(room);

  await hers.send("Are you there?");
  await hers.delivery("Are you there?", "Sent");

  const his = await bo.open("/people");
  await live(his);
  await hers.delivery("Are you there?", "Delivered");
  await expect(row(his, "Ana Ribeiro").locator(".count")).toHaveText("1 unread");

  await row(his, "Ana Ribeiro").click();
  await hers.delivery("Are you there?", "Read");

  const reply = his.getByRole("textbox", { name: "Message Ana Ribeiro" });
  await reply.fill("Always");
  await reply.press("Enter");
  await hers.shows(["Are you there?", "Always"]);
});

test("each foreign message is announced once, and one's own never", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const [hers, his] = [await ana.talk(room), await bo.talk(room)];
  const announced = his.page.locator("[aria-live=polite]").filter({ hasText: "Listen" });
  await his.send("My own words");
  await hers.shows(["My own words"]);
  await hers.send("Listen");
  await expect(announced).toHaveText("Ana Ribeiro: Listen");
  await his.shows(["My own words", "Listen"]);
  await hers.delivery("Listen", "Read");
  await expect(announced).toHaveText("Ana Ribeiro: Listen");
});

test("twenty quick messages from each side stand in one order, once", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const [hers, his] = [await ana.talk(room), await bo.talk(room)];
  const send = async (chat: typeof hers, word: string) => {
    for (let count = 1; count <= 20; count += 1) await chat.send(`${word} ${count}`);
  };
  await Promise.all([send(hers, "ping"), send(his, "pong")]);
  await expect.poll(() => ana.history(room)).toHaveLength(40);
  const order = await ana.history(room);
  for (const word of ["ping", "pong"]) {
    const own = order.filter((text) => text.startsWith(word));
    expect(own, "in the order of writing").toEqual(Array.from(own, (_, place) => `${word} ${place + 1}`));
  }
  await hers.shows(order);
  await his.shows(order);

  await hers.reload();
  await hers.shows(order);
});
