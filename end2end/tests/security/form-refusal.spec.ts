import { expect, test } from "../../support/fixtures.ts";

const WORDS = "Your account is locked. Call 0900 1234.";

/// Each call with a plain form, as the framework names it in an address.
const CALLS = [
  "accounts/sign_in",
  "accounts/register",
  "accounts/verify",
  "accounts/resend",
  "rooms/open",
  "rooms/create",
  "rooms/leave",
  "rooms/rename",
  "messages/send",
  "people/unblock",
];

function forged(path: string, call: string): string {
  const error = Buffer.from(JSON.stringify({ code: "invalid", message: WORDS })).toString("base64url");
  return `${path}?__path=${encodeURIComponent(`/api/${call}`)}&__err=${error}`;
}

for (const scripts of [true, false]) {
  test.describe(scripts ? "with scripts" : "without scripts", () => {
    test.use({ javaScriptEnabled: scripts });

    test("an address puts no words into the alerts of signed-out pages", async ({ people, page }) => {
      test.setTimeout(120_000);
      const verify = `/verify/${await people.begin("Cleo Marsh")}`;
      for (const path of ["/sign-in", "/register", verify]) {
        for (const call of CALLS.filter((call) => call.startsWith("accounts/"))) {
          await page.goto(forged(path, call));
          await expect(page).toHaveURL(path);
          await expect(page.getByRole("button").first()).toBeVisible();
          await expect(page.locator("body")).not.toContainText("0900");
        }
      }
    });
  });
}

test("an address puts no words into the alerts of signed-in pages", async ({ people }) => {
  test.setTimeout(120_000);
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = `/chats/${await ana.chatWith(bo)}`;
  const page = await ana.context.newPage();
  for (const path of [room, "/people", "/people/new-group", "/settings"]) {
    for (const call of CALLS.filter((call) => !call.startsWith("accounts/"))) {
      await page.goto(forged(path, call));
      await expect(page).toHaveURL(path);
      await expect(page.locator("body")).not.toContainText("0900");
    }
  }
});

test("words in the address of a page that does not exist do not wait for the next page", async ({ page, watch }) => {
  watch.allowStatus(404, "");
  watch.allowStatus(401, "");
  await page.goto(forged("/no-such-page", "accounts/sign_in"));
  await page.getByRole("link", { name: "To your chats" }).click();
  await expect(page.getByRole("button", { name: "Sign in" })).toBeVisible();
  await expect(page.locator("body")).not.toContainText("0900");
});
