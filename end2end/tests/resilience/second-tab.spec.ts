import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { row } from "../../support/chat.ts";
import { live } from "../../support/hydrated.ts";

test("a second tab of one person shows the same, each message once", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  const second = await ana.talk(room);
  await hers.send("From the first tab");
  await second.send("From the second tab");
  await his.send("From the other side");
  await expect.poll(() => ana.history(room)).toHaveLength(3);
  const order = await ana.history(room);
  for (const chat of [hers, second, his]) await chat.shows(order);
  await second.delivery("From the first tab", "Read");
  await second.page.close();
  await hers.send("Alone again");
  await his.shows([...order, "Alone again"]);
});

test("another browser of the same person shows the same", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  const phone = await people.elsewhere(ana, { viewport: { width: 390, height: 844 }, hasTouch: true });
  const there = await phone.talk(room);
  // Return breaks the line on a touch screen.
  await there.composer.fill("From the phone");
  await there.page.getByRole("button", { name: "Send" }).click();
  await hers.shows(["From the phone"]);
  await expect(hers.message("From the phone")).toHaveClass(/mine/);
  await his.send("To both");
  await there.shows(["From the phone", "To both"]);
  await hers.shows(["From the phone", "To both"]);
});

test("a draft follows to the second tab", async ({ people }) => {
  const { ana, hers } = await converse(people);
  const second = await ana.open("/people");
  await live(second);
  await hers.send("So that the chat is listed");
  await hers.composer.fill("Half a thought");
  await expect(row(second, "Bo Lind")).toContainText("Draft: Half a thought");
});
