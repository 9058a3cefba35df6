import { converse } from "../../../support/conversation.ts";
import { expect, test } from "../../../support/fixtures.ts";
import { fill } from "../../../support/long-room.ts";
import { settled, topOf, wheel } from "../../../support/reader.ts";

test("reactions are given, replaced, taken back, counted and named", async ({ people }) => {
  const { hers, his } = await converse(people);
  await hers.send("It is a girl");
  await his.shows(["It is a girl"]);

  await his.choose("It is a girl", "❤️");
  const heart = (chat: typeof hers) => chat.reaction("It is a girl", "❤️");
  await expect(heart(his)).toHaveAttribute("aria-pressed", "true");
  await expect(heart(his)).toHaveAttribute("title", "You reacted with ❤️");
  await expect(heart(hers)).toHaveText("❤️1");
  await expect(heart(hers)).toHaveAttribute("aria-pressed", "false");
  await expect(heart(hers)).toHaveAttribute("title", "Bo Lind reacted with ❤️");

  await heart(hers).click();
  await expect(heart(hers)).toHaveText("❤️2");
  await expect(heart(hers)).toHaveAttribute("title", "Bo Lind and you reacted with ❤️");
  await expect(heart(his)).toHaveAttribute("title", "Ana Ribeiro and you reacted with ❤️");

  await his.choose("It is a girl", "👍");
  await expect(heart(hers)).toHaveText("❤️1");
  await expect(hers.reaction("It is a girl", "👍")).toHaveText("👍1");
  await hers.message("It is a girl").hover();
  await hers.message("It is a girl").getByRole("button", { name: "Message menu" }).click();
  await expect(hers.menu.getByText("❤️")).toHaveAttribute("aria-checked", "true");
  await expect(hers.menu.getByText("👍")).toHaveAttribute("aria-checked", "false");
  await hers.page.keyboard.press("Escape");

  await his.reload();
  await expect(his.reaction("It is a girl", "👍")).toHaveAttribute("aria-pressed", "true");
  await his.reaction("It is a girl", "👍").click();
  await heart(hers).click();
  for (const chat of [hers, his]) await expect(chat.log.locator(".reacts")).toHaveCount(0);
  await expect(his.page.locator("[aria-live=polite]").filter({ hasText: "girl" }), "said once").toHaveCount(0);
});

test("reactions that arrive do not move the line that is read", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await fill(room, [ana, bo], 45);
  const chat = await ana.talk(room);
  await wheel(chat, -600);
  await expect(chat.page.getByRole("button", { name: /newest/ })).toBeVisible();
  const seq = await settled(chat);
  const before = await topOf(chat, seq);
  // One that reaches into view, one above it, and one far below.
  for (const [count, other] of [Number(seq) - 1, Number(seq) - 3, 45].entries()) {
    const id = await chat.log.locator(`[data-seq="${other}"] .msg`).getAttribute("data-key");
    await bo.react(room, id ?? "", "🙏");
    await expect(chat.log.locator(".reacts")).toHaveCount(count + 1);
    expect(Math.abs((await topOf(chat, seq)) - before), `message ${other}`).toBeLessThanOrEqual(1);
  }
});
