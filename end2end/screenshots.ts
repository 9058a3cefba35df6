/// Every view in every size and both themes, from an instance filled with the demo.
import { join } from "node:path";
import type { Page } from "@playwright/test";
import { expect, test } from "./support/fixtures.ts";
import { hydrated, live } from "./support/hydrated.ts";
import { repository } from "./support/repository.ts";

const FOLDER = join(repository, "docs/screens");
const EVA = { login: "eva", password: "rapport-demo-1" };
const HEIGHTS = { 390: 844, 820: 1180, 1440: 900 };

test.beforeAll(({ server }) => server.admin("demo"));

for (const theme of ["light", "dark"] as const) {
  for (const [width, height] of Object.entries(HEIGHTS)) {
    test.describe(`${width} px, ${theme}`, () => {
      test.use({ colorScheme: theme, viewport: { width: Number(width), height } });
      const take = async (page: Page, name: string) => {
        await page.evaluate(() => document.fonts.ready);
        await page.screenshot({ path: join(FOLDER, `${name}-${width}-${theme}.png`), caret: "hide" });
      };

      test("signed out", async ({ page }) => {
        await page.goto("/sign-in");
        await hydrated(page);
        await take(page, "sign-in");
        await page.goto("/register");
        await hydrated(page);
        await take(page, "register");
      });

      test("signing up", async ({ page, people }) => {
        await page.goto(`/verify/${await people.begin("Nina Sorel")}`);
        await hydrated(page);
        await take(page, "verify");
      });

      test("nothing yet", async ({ people }) => {
        const nina = await people.signUp("Nina Sorel");
        const page = await nina.open("/chats");
        await live(page);
        await take(page, "empty");
      });

      test("signed in", async ({ page }) => {
        await page.goto("/sign-in");
        await hydrated(page);
        await page.getByLabel("Username or e-mail").fill(EVA.login);
        await page.getByLabel("Password").fill(EVA.password);
        await page.getByRole("button", { name: "Sign in" }).click();
        await expect(page).toHaveURL("/chats");
        await live(page);
        await take(page, "chats");
        await page.goto("/people?q=m");
        await live(page);
        await take(page, "people");
        await page.goto("/settings");
        await live(page);
        await take(page, "settings");
        await page.goto("/chats");
        await live(page);
        await page.locator("a.room").first().click();
        await expect(page.getByRole("log").locator(".msg").last()).toBeInViewport();
        await take(page, "conversation");
        const own = page.getByRole("log").locator(".msg.mine").last();
        await own.hover();
        await own.getByRole("button", { name: "Message menu" }).click();
        await expect(page.getByRole("menu", { name: "Message menu" })).toBeVisible();
        await take(page, "message-menu");
      });
    });
  }
}
