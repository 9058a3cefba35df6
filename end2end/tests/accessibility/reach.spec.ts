import { row } from "../../support/chat.ts";
import { expect, test } from "../../support/fixtures.ts";
import { acquaint, Details, trio } from "../../support/groups.ts";
import { live } from "../../support/hydrated.ts";

test("the first Tab leads past the list to the message field", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const chat = await ana.talk(await ana.chatWith(bo));
  await chat.page.keyboard.press("Tab");
  const skip = chat.page.getByRole("link", { name: "Skip to the message field" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport({ ratio: 1 });
  await chat.page.keyboard.press("Enter");
  await expect(chat.composer).toBeFocused();
  await chat.page.keyboard.type("Two keys away");
  await chat.page.keyboard.press("Enter");
  await chat.delivery("Two keys away", "Sent");
});

test("without scripts the first Tab leads past the list, and every chat is a stop", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro", { javaScriptEnabled: false });
  const [bo, cleo] = [await people.signUp("Bo Lind"), await people.signUp("Cleo Marsh")];
  const room = await acquaint(ana, bo);
  await acquaint(ana, cleo);
  const page = await ana.context.newPage();
  await page.goto(`/chats/${room}`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await page.keyboard.type("No scripts");
  await expect(page.getByRole("textbox", { name: "Message Bo Lind" })).toHaveValue("No scripts");
  await expect(page.locator("a.room[tabindex='-1']")).toHaveCount(0);
});

test("the list is one stop, arrows move in it, and the field is few Tabs away", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  for (const name of ["Bo Lind", "Cleo Marsh", "Dan Ek", "Eva Novak", "Finn Berg"]) {
    await acquaint(ana, await people.signUp(name));
  }
  const page = await ana.open("/chats");
  await live(page);
  await expect(page.locator("a.room:not([tabindex])")).toHaveCount(1);
  await row(page, "Finn Berg").focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  await expect(row(page, "Dan Ek")).toBeFocused();
  await page.keyboard.press("End");
  await expect(row(page, "Bo Lind")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(row(page, "Cleo Marsh")).toBeFocused();
  await expect(row(page, "Cleo Marsh")).not.toHaveAttribute("tabindex");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Cleo Marsh" })).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Message Cleo Marsh" })).toBeFocused();
  // From the row to the field.
  await row(page, "Cleo Marsh").focus();
  let tabs = 0;
  for (; tabs < 10; tabs += 1) {
    if (await page.evaluate(() => document.activeElement?.matches("textarea"))) break;
    await page.keyboard.press("Tab");
  }
  expect(tabs).toBeLessThanOrEqual(6);
});

test("the author of each message is there for a screen reader", async ({ people }) => {
  const { ana, bo, cleo } = await trio(people);
  const room = await ana.found("Studio Casa", bo, cleo);
  await bo.send(room, "One");
  await bo.send(room, "Two");
  await ana.send(room, "Three");
  const chat = await ana.talk(room);
  await expect(chat.message("One")).toMatchAriaSnapshot(`- text: /Bo Lind\\s*One/`);
  await expect(chat.message("Two")).toMatchAriaSnapshot(`- text: /Bo Lind\\s*Two/`);
  await expect(chat.message("Three")).toMatchAriaSnapshot(`- text: /You\\s*Three/`);
  // It is shown once for messages that stand together, and not for one's own.
  await expect(chat.log.locator(".who")).toHaveCount(1);
});

test("Escape closes the details, one thing at a time", async ({ people }) => {
  const { ana, bo } = await trio(people);
  const chat = await ana.talk(await ana.found("Studio Casa", bo));
  const details = new Details(chat.page);
  await details.open();
  await details.pane.getByRole("button", { name: "Rename" }).click();
  await chat.page.keyboard.press("Escape");
  await expect(chat.page.getByRole("dialog")).toHaveCount(0);
  await expect(details.pane).toBeVisible();
  await details.pane.getByRole("button", { name: "More about Bo Lind" }).click();
  await chat.page.keyboard.press("Escape");
  await expect(details.pane).toBeVisible();
  await chat.page.keyboard.press("Escape");
  await expect(details.pane).toHaveCount(0);
  await expect(chat.page).not.toHaveURL(/details/);
  await expect(chat.page.locator("#to-details")).toBeFocused();
});
