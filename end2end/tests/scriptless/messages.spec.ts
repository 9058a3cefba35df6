import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
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
  await page.getByRole("searchbox").fill(bo.account.username);
  await page.getByRole("searchbox").press("Enter");
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

test("without scripts a refused message says why", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const page = await open(ana, `/chats/${await ana.chatWith(bo)}`);
  await page.getByRole("textbox", { name: "Message Bo Lind" }).fill("x".repeat(5_000));
  await page.getByRole("button", { name: "Send" }).click();
  await expect(page.getByRole("alert")).toContainText("at most 4096 characters");
});

test("without scripts the theme can be chosen", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await open(ana, "/settings");
  await page.getByRole("button", { name: "Dark" }).click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page).toHaveURL(/\/settings/);
});
