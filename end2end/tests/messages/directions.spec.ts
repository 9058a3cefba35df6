import type { Locator } from "@playwright/test";
import { row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { acquaint, Details } from "../../support/groups.ts";

const HEBREW = "שלום, מה שלומך היום.";
const ARABIC = "مرحبا، كيف الحال (abc) اليوم.";

for (const text of [HEBREW, ARABIC]) {
  test(`a text from right to left ends on the left: ${text}`, async ({ people }) => {
    const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    await bo.send(room, "A line before.");
    await bo.send(room, text);
    const chat = await ana.talk(room);
    const bubble = chat.message(text).locator(".text");
    expect(await direction(bubble)).toBe("rtl");
    expect(await lastLetter(bubble)).toBe("left");
    expect(await direction(chat.message("A line before.").locator(".text"))).toBe("ltr");
    expect(await lastLetter(chat.message("A line before.").locator(".text"))).toBe("right");

    // The field, its draft, and the list.
    await chat.composer.fill(text);
    expect(await direction(chat.composer)).toBe("rtl");
    const preview = row(chat.page, "Bo Lind").locator(".last [dir=auto]");
    expect(await direction(preview)).toBe("rtl");
    expect(await lastLetter(preview)).toBe("left");
    await chat.composer.press("Enter");
    await expect(chat.log.locator(".msg.mine")).toHaveCount(1);
    const mine = chat.log.locator(".msg.mine .text");
    expect(await direction(mine)).toBe("rtl");
    expect(await lastLetter(mine)).toBe("left");
    await expect(row(chat.page, "Bo Lind")).toContainText(`You: ${text}`);
    expect(await direction(preview)).toBe("rtl");
    expect(await direction(row(chat.page, "Bo Lind").locator(".before"))).toBe("ltr");
  });
}

test("each line of a text begins on the side of its own script", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, `${HEBREW}\nThe same in English, and it is a little longer.`);
  const chat = await ana.talk(room);
  const text = chat.log.locator(".msg .text");
  // The full stop of the second line is on its right, though the text begins in Hebrew.
  expect(await lastLetter(text)).toBe("right");
  const lines = await text.evaluate((text) => {
    const whole = text.getBoundingClientRect();
    const range = document.createRange();
    range.setStart(text.firstChild ?? text, 0);
    range.setEnd(text.firstChild ?? text, 1);
    return { first: range.getBoundingClientRect().right, right: whole.right };
  });
  expect(Math.abs(lines.first - lines.right), "the Hebrew line begins on the right").toBeLessThan(3);
});

test("names of every script keep their order, and the sentence around them its own", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const salma = await people.signUp("سلمى حداد abc");
  const bo = await people.signUp("Bo Lind");
  const room = await acquaint(ana, salma);
  await acquaint(ana, bo);
  const group = await ana.found("קבוצה (2)", salma, bo);
  await salma.send(group, "Hello.");
  const chat = await ana.talk(room);
  const heading = chat.page.getByRole("heading", { level: 1 });
  expect(await direction(heading)).toBe("rtl");
  const name = row(chat.page, salma.name).locator(".name");
  expect(await direction(name)).toBe("rtl");
  expect(await side(name), "the name stands where the others stand").toBe("left");

  // Inside sentences a name is kept apart: it is an element or stands between characters for that.
  const beginning = chat.log.locator(".beginning .meta bdi");
  expect(await direction(beginning)).toBe("rtl");
  expect(await direction(chat.log.locator(".beginning .meta"))).toBe("ltr");
  await chat.page.getByRole("button", { name: "Chat menu" }).click();
  await chat.page.getByRole("button", { name: "Leave chat…" }).click();
  await expect(chat.page.getByRole("dialog")).toContainText(`Leave the chat with \u2068${salma.name}\u2069?`);
  await chat.page.getByRole("button", { name: "Stay" }).click();
  await expect(chat.composer).toHaveAttribute("placeholder", `Message \u2068${salma.name}\u2069`);

  const there = await ana.talk(group);
  expect(await direction(there.message("Hello.").locator(".who"))).toBe("rtl");
  expect(await direction(there.message("Hello.").locator(".text"))).toBe("ltr");
  expect(await lastLetter(there.message("Hello.").locator(".text"))).toBe("right");
  const details = new Details(there.page);
  await details.open();
  expect(await direction(details.pane.locator(".heading"))).toBe("rtl");
  expect(await direction(details.member("سلمى").locator(".name"))).toBe("rtl");
  expect(await direction(details.member("Bo Lind").locator(".name"))).toBe("ltr");
  await ana.remove(group, bo);
});

test("fields take the direction of what is typed", async ({ page, people }) => {
  await page.goto("/register");
  await page.getByLabel("Your name").fill("سلمى");
  expect(await direction(page.getByLabel("Your name"))).toBe("rtl");
  await page.getByLabel("Your name").fill("Salma");
  expect(await direction(page.getByLabel("Your name"))).toBe("ltr");
  const ana = await people.signUp("Ana Ribeiro");
  const view = await ana.open("/people");
  const fields = await view.getByRole("searchbox").all();
  expect(fields.length).toBe(2);
  for (const field of fields) {
    await field.fill("سل");
    expect(await direction(field)).toBe("rtl");
  }
});

function direction(element: Locator): Promise<string> {
  return element.evaluate((element) => getComputedStyle(element).direction);
}

/// On which side of its neighbour the last letter of a text is drawn.
function lastLetter(element: Locator): Promise<"left" | "right"> {
  return element.evaluate((element) => {
    const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
    let last: Text | undefined;
    while (walker.nextNode()) last = walker.currentNode as Text;
    if (!last) throw new Error("There is no text");
    const at = (place: number) => {
      const range = document.createRange();
      range.setStart(last, place);
      range.setEnd(last, place + 1);
      return range.getBoundingClientRect().left;
    };
    return at(last.length - 1) < at(last.length - 2) ? "left" : "right";
  });
}

/// At which side of its box a text stands.
function side(element: Locator): Promise<"left" | "right"> {
  return element.evaluate((element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const [box, text] = [element.getBoundingClientRect(), range.getBoundingClientRect()];
    return text.left - box.left <= box.right - text.right ? "left" : "right";
  });
}

