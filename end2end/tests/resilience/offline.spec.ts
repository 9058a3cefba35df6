import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";
import { isKept } from "../../support/kept.ts";

test.beforeEach(({ watch }) => watch.allowOutage());

test("what is written offline waits, and leaves once and in order", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  await hers.send("Still here");
  await his.shows(["Still here"]);

  await ana.context.setOffline(true);
  await expect(hers.page.getByText("Offline. What you send leaves when you are back.")).toBeVisible();
  const waiting = ["Into the tunnel", "No light yet", "Still none"];
  for (const text of waiting) await hers.send(text);
  for (const text of waiting) await hers.delivery(text, "Sending");
  await hers.shows(["Still here", ...waiting]);

  await ana.context.setOffline(false);
  const all = ["Still here", ...waiting];
  await his.shows(all, 30_000);
  await hers.settles();
  await hers.shows(all);
  await expect(hers.page.getByText("Offline. What you send")).toHaveCount(0);
  await expect.poll(() => ana.history(room)).toEqual(all);
});

test("what others wrote meanwhile comes when the network is back", async ({ people }) => {
  const { ana, bo, room, hers } = await converse(people);
  await ana.context.setOffline(true);
  await hers.send("My side");
  for (const text of ["Their side 1", "Their side 2"]) await bo.send(room, text);
  await ana.context.setOffline(false);
  await hers.shows(["Their side 1", "Their side 2", "My side"], 30_000);
});

test("more was missed than is told one by one", async ({ people }) => {
  test.setTimeout(120_000);
  const { ana, bo, room, hers } = await converse(people);
  await hers.send("Before");
  await hers.delivery("Before", "Read");
  await ana.context.setOffline(true);
  await expect(hers.page.getByText("Offline. What you send")).toBeVisible();
  for (let count = 1; count <= 260; count += 1) await bo.send(room, `Missed ${count}`);
  await ana.context.setOffline(false);
  await live(hers.page);
  await hers.page.getByRole("button", { name: /newest|new$/ }).or(hers.message("Missed 260")).first().waitFor();
  const jump = hers.page.getByRole("button", { name: /newest|new$/ });
  if (await jump.isVisible()) await jump.click();
  await expect(hers.message("Missed 260")).toBeInViewport({ timeout: 30_000 });
  const texts = (await hers.texts()).filter((text) => text.startsWith("Missed"));
  const numbers = texts.map((text) => Number(text.split(" ")[1]));
  expect(numbers, "without a splice").toEqual(numbers.map((_, place) => (numbers[0] ?? 0) + place));
});

test("a message written offline in a tab that was closed leaves from the next", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  await ana.context.setOffline(true);
  await hers.send("Posted in a bottle");
  await hers.delivery("Posted in a bottle", "Sending");
  await isKept(hers.page, "Posted in a bottle");
  await hers.page.close();

  await ana.context.setOffline(false);
  const page = await ana.open("/people");
  await live(page);
  await his.shows(["Posted in a bottle"]);
  await expect.poll(() => ana.history(room)).toEqual(["Posted in a bottle"]);
});

test("a message of a closed tab leaves from another that is open", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  const second = await ana.talk(room);
  await ana.context.setOffline(true);
  await hers.send("From one hand to the other");
  await isKept(hers.page, "From one hand to the other");
  await hers.page.close();
  await ana.context.setOffline(false);
  await his.shows(["From one hand to the other"], 30_000);
  await second.shows(["From one hand to the other"]);
  await second.settles();
  await expect.poll(() => ana.history(room)).toEqual(["From one hand to the other"]);
});

test("what is changed offline is shown at once, and made once when the network is back", async ({ people }) => {
  const { ana, bo, room, hers, his } = await converse(people);
  for (const text of ["To be edited", "To be deleted"]) await hers.send(text);
  await his.shows(["To be edited", "To be deleted"]);
  await bo.send(room, "To be liked");
  await hers.shows(["To be edited", "To be deleted", "To be liked"]);
  await hers.delivery("To be deleted", "Read");
  await hers.isReady();

  await ana.context.setOffline(true);
  await expect(hers.page.getByText("Offline. What you send leaves when you are back.")).toBeVisible();
  for (const [before, after] of [["To be edited", "Edited once"], ["Edited once", "Edited twice"]] as const) {
    await hers.choose(before, "Edit");
    await hers.editor.fill(after);
    await hers.editor.press("Enter");
    await hers.delivery(after, "Sending");
  }
  await hers.choose("To be deleted", "Delete");
  await hers.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  for (const emoji of ["😮", "👍"]) await hers.choose("To be liked", emoji);
  const shown = ["Edited twice", "You deleted this message", "To be liked"];
  await hers.shows(shown);
  await expect(hers.reaction("To be liked", "👍")).toHaveAttribute("aria-pressed", "true");
  await expect(hers.log.locator(".reacts button")).toHaveCount(1);
  await his.shows(["To be edited", "To be deleted", "To be liked"]);

  await ana.context.setOffline(false);
  await his.shows(["Edited twice", "This message was deleted", "To be liked"], 30_000);
  await expect(his.reaction("To be liked", "👍")).toHaveText("👍1");
  await hers.settles();
  await hers.shows(shown);
  // The last edit, the deletion and the last reaction: each is one change after the three messages.
  expect((await ana.page(room)).rev).toBe(6);
});

test("a reload in the middle loses no change", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  // A socket that opens and lets nothing through, for as long as it is closed.
  let isClosed = false;
  await ana.context.routeWebSocket(/\/socket$/, (socket) => {
    if (!isClosed) socket.connectToServer();
  });
  const [hers, his] = [await ana.talk(room), await bo.talk(room)];
  for (const text of ["Edit", "Delete", "Like"]) await hers.send(text);
  await his.shows(["Edit", "Delete", "Like"]);
  await hers.delivery("Like", "Read");
  await hers.isReady();
  isClosed = true;
  await ana.context.setOffline(true);
  await hers.choose("Edit", "Edit");
  await hers.editor.fill("Edited");
  await hers.editor.press("Enter");
  await hers.choose("Delete", "Delete");
  await hers.page.getByRole("dialog").getByRole("button", { name: "Delete for everyone" }).click();
  await hers.choose("Like", "❤️");
  for (const text of ["Edited", "❤️"]) await isKept(hers.page, text);
  await ana.context.setOffline(false);
  await hers.page.reload();
  await hers.shows(["Edited", "You deleted this message", "Like"]);
  await expect(hers.reaction("Like", "❤️")).toBeVisible();
  await his.shows(["Edit", "Delete", "Like"]);

  isClosed = false;
  await ana.context.setOffline(true);
  await ana.context.setOffline(false);
  await his.shows(["Edited", "This message was deleted", "Like"], 30_000);
  await expect(his.reaction("Like", "❤️")).toHaveText("❤️1");
  await hers.settles();
  await hers.shows(["Edited", "You deleted this message", "Like"]);
  expect((await ana.page(room)).rev).toBe(6);
});

test("a change of a closed tab leaves from another that is open", async ({ people }) => {
  const { ana, room, hers, his } = await converse(people);
  const second = await ana.talk(room);
  await hers.send("From one hand");
  await hers.delivery("From one hand", "Read");
  await hers.isReady();
  await ana.context.setOffline(true);
  await hers.choose("From one hand", "Edit");
  await hers.editor.fill("To the other");
  await hers.editor.press("Enter");
  await isKept(hers.page, "To the other");
  await second.shows(["To the other"]);
  await hers.page.close();
  await ana.context.setOffline(false);
  await his.shows(["To the other"], 30_000);
  await second.settles();
  expect((await ana.page(room)).rev).toBe(2);
});
