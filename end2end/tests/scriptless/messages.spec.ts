import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
import { trio } from "../../support/groups.ts";
import type { Person } from "../../support/person.ts";

test.use({ javaScriptEnabled: false });

async function open(person: Person, path: string): Promise<Page> {
  const page = await person.context.newPage();
  await page.goto(path);
  return page;
}

test("without scripts a person is found, read and written to", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const page = await open(ana, "/people");
  await page.getByRole("searchbox", { name: "Find people by name or username" }).fill(bo.account.username);
  await page.getByRole("searchbox", { name: "Find people by name or username" }).press("Enter");
  await page.getByRole("button", { name: "Message Bo Lind" }).click();
  await expect(page).toHaveURL(/\/chats\/[0-9a-f-]{36}/);

  const room = await ana.chatWith(bo);
  await page.getByRole("textbox", { name: "Message Bo Lind" }).fill("By plain form");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("log").getByText("By plain form")).toBeInViewport();
  await bo.send(room, "Arrived");
  await page.reload();
  await expect(page.getByRole("log").getByText("Arrived")).toBeInViewport();
  await expect(page.getByRole("button", { name: /^(All|Unread)/ })).toBeHidden();
  expect(await bo.history(room)).toEqual(["By plain form", "Arrived"]);
});

test("without scripts a link to a message shows it", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  for (let number = 1; number <= 45; number += 1) {
    await ana.send(room, `number ${number}`);
  }
  for (const seq of [3, 24, 45]) {
    const page = await open(ana, `/chats/${room}?at=${seq}`);
    await expect(page.getByRole("log").getByText(`number ${seq}`, { exact: true })).toBeInViewport();
    await page.close();
  }
});

test("without scripts a form sent twice is one message", async ({ people, server }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const page = await open(ana, `/chats/${room}`);
  const id = await page.locator("form.composer input[name=id]").getAttribute("value");
  await page.getByRole("textbox", { name: "Message Bo Lind" }).fill("Once is enough");
  await page.getByRole("button", { name: "Send" }).dblclick();
  await expect(page.getByRole("log").getByText("Once is enough")).toHaveCount(1);

  const again = await ana.context.request.post("/api/messages/send", {
    form: { room, id: id ?? "", body: "Once is enough" },
    headers: { Origin: server.url, Accept: "text/html", Referer: page.url() },
  });
  expect(again.ok()).toBe(true);
  await page.reload();
  await expect(page.getByRole("log").getByText("Once is enough")).toHaveCount(1);
  expect(await ana.history(room)).toEqual(["Once is enough"]);
});

test("without scripts a refused message says why, and is given back", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const page = await open(ana, `/chats/${room}`);
  const field = page.getByRole("textbox", { name: "Message Bo Lind" });
  const long = `\n</textarea><script>&amp; & ”\n${`${"x".repeat(49)}\n`.repeat(100)}`;
  await field.fill(long);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert")).toContainText("at most 4096 characters");
  await expect(field).toHaveValue(long);
  expect(await ana.history(room)).toEqual([]);
  // It may be refused again, though the page has the address of the call by now.
  await field.fill("y".repeat(4_100));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert")).toContainText("at most 4096 characters");
  await expect(field).toHaveValue("y".repeat(4_100));
  // What is given back can be changed and sent.
  await field.fill("Shorter");
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("log").getByText("Shorter")).toBeInViewport();
  await expect(page).toHaveURL(`/chats/${room}`);
  await expect(field).toHaveValue("");
  expect(await ana.history(room)).toEqual(["Shorter"]);
});

test("without scripts a text is counted and stored as with them", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const page = await open(ana, `/chats/${room}`);
  const field = page.getByRole("textbox", { name: "Message Bo Lind" });
  // 4,096 characters with a line break as one, and blank lines around them, which are not sent.
  const text = `${`${"x".repeat(63)}\n`.repeat(63)}${"x".repeat(64)}`;
  await field.fill(`\n \n${text}\n \n`);
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("log").locator(".msg")).toHaveCount(1);
  await expect(field).toHaveValue("");
  expect(await ana.history(room)).toEqual([text]);
});

test("without scripts the name of a refused group is given back", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const view = await open(ana, "/people/new-group");
  await view.getByLabel("Group name").fill("Studio \"Casa\"");
  await view.getByRole("button", { name: "Create group" }).click();
  await expect(view.getByRole("alert")).toContainText("Choose somebody.");
  await expect(view.getByLabel("Group name")).toHaveValue("Studio \"Casa\"");
});

test("without scripts who was ticked for a refused group stays so", async ({ people }) => {
  const { ana, bo } = await trio(people);
  await ana.chatWith(bo);
  const view = await open(ana, "/people/new-group");
  const tick = (name: string) => view.locator(".choices li").filter({ hasText: name }).locator("input");
  await view.locator(".choices").getByText("Bo Lind").click();
  for (const title of ["", "\u3164"]) {
    await view.getByLabel("Group name").fill(title);
    await view.getByRole("button", { name: "Create group" }).click();
    await expect(view.getByLabel("Group name")).toHaveAccessibleDescription(/name/);
    await expect(tick("Bo Lind")).toBeChecked();
    await expect(tick("Cleo Marsh")).not.toBeChecked();
  }
  await view.getByLabel("Group name").fill("Studio");
  await view.getByRole("button", { name: "Create group" }).click();
  await expect(view).toHaveURL(/\/chats\/[0-9a-f-]{36}/);
});

test("without scripts the theme can be chosen", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await open(ana, "/settings");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page).toHaveURL(/\/settings/);
});
