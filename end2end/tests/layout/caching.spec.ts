import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
import { hydrated, live } from "../../support/hydrated.ts";

/// Bytes that came over the wire for what the page needed, headers included.
function transferred(page: Page): Promise<{ page: number; files: number }> {
  return page.evaluate(() => {
    const size = (kind: string) =>
      (performance.getEntriesByType(kind) as PerformanceResourceTiming[]).reduce((sum, { transferSize }) => sum + transferSize, 0);
    return { page: size("navigation"), files: size("resource") };
  });
}

test("a second visit fetches the page and nothing else", async ({ people }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  const first = await ana.talk(room);
  expect((await transferred(first.page)).files).toBeGreaterThan(200_000);
  await first.page.close();
  const second = await ana.talk(room);
  const { page, files } = await transferred(second.page);
  expect(files).toBeLessThan(2_000);
  expect(page).toBeLessThan(30_000);
});

test("every file of the program is named by its content and kept for ever", async ({ people }) => {
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.context.newPage();
  const files: { path: string; caching: string }[] = [];
  page.on("response", (response) => {
    const { pathname } = new URL(response.url());
    if (/\.\w+$/.test(pathname)) files.push({ path: pathname, caching: response.headers()["cache-control"] ?? "" });
  });
  await page.goto("/people");
  await live(page);
  expect(files.length).toBeGreaterThanOrEqual(4);
  for (const { path, caching } of files) {
    expect(path).toMatch(/\.[0-9a-f]{16}\.\w+$/);
    expect(caching, path).toBe("public, max-age=31536000, immutable");
  }
});

test("a page of a release whose files are gone is loaded again", async ({ page, watch }) => {
  watch.allow(/status of 404|could not be started|preload/);
  let pages = 0;
  await page.route("**/sign-in", async (route) => {
    const response = await route.fetch();
    pages += 1;
    const html = await response.text();
    const body = pages > 1 ? html : html.replaceAll(/rapport\.[0-9a-f]{16}\.(js|wasm)/g, "rapport.0000000000000000.$1");
    await route.fulfill({ response, body });
  });
  await page.goto("/sign-in");
  await hydrated(page);
  expect(pages).toBe(2);
  await expect(page.locator("#plain")).toBeHidden();
});

test("a page whose program cannot be had says so and works by its forms", async ({ page, people, watch }) => {
  watch.allow(/status of 404|could not be started|preload/);
  const ana = await people.signUp("Ana Ribeiro");
  await page.route("**/sign-in", async (route) => {
    const response = await route.fetch();
    const html = await response.text();
    await route.fulfill({ response, body: html.replaceAll(/rapport\.[0-9a-f]{16}\.js/g, "rapport.0000000000000000.js") });
  });
  await page.goto("/sign-in");
  await expect(page.locator("#plain")).toBeVisible();
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill(ana.account.password);
  await page.getByRole("button", { name: "Sign in" }).click();
  await expect(page).toHaveURL("/chats");
  await live(page);
});

for (const viewport of [{ width: 390, height: 700 }, { width: 1200, height: 800 }]) {
  test(`what says that the program cannot be had covers nothing that is needed (${viewport.width} px)`, async ({ people, watch }) => {
    watch.allow(/could not be started|preload|ERR_FAILED/);
    const [ana, bo] = [await people.signUp("Ana Ribeiro", { viewport }), await people.signUp("Bo Lind")];
    const room = await ana.chatWith(bo);
    const page = await ana.context.newPage();
    await page.route(/rapport\.[0-9a-f]{16}\.js$/, (route) => route.abort());
    await page.goto(`/chats/${room}`);
    await expect(page.locator("#plain")).toBeVisible();
    await page.getByRole("textbox", { name: "Message Bo Lind" }).fill("By the form");
    await page.getByRole("button", { name: "Send" }).click();
    await expect(page.getByRole("log").getByText("By the form")).toBeInViewport({ ratio: 1 });
    expect(await ana.history(room)).toEqual(["By the form"]);
  });
}
