import type { Page } from "@playwright/test";
import { expect, test } from "../../support/fixtures.ts";
import { hydrated } from "../../support/hydrated.ts";
import { codeFor } from "../../support/mailbox.ts";
import { usernameFor } from "../../support/names.ts";

async function press(page: Page, button: string): Promise<void> {
  await page.getByRole("button", { name: button }).click();
}

/// What is said beneath a field that is marked as wrong.
async function isMarked(page: Page, label: string, words: RegExp): Promise<void> {
  await expect(page.getByLabel(label)).toHaveAttribute("aria-invalid", "true");
  await expect(page.getByLabel(label)).toHaveAccessibleDescription(words);
}

async function isLeftAlone(page: Page, label: string): Promise<void> {
  await expect(page.getByLabel(label)).toHaveAttribute("aria-invalid", "false");
}

test("an empty sign-in is marked in our words, and the first field has the focus", async ({ page }) => {
  await page.goto("/sign-in");
  await hydrated(page);
  await press(page, "Sign in");
  await isMarked(page, "Username or e-mail", /^Enter your username or e-mail address\.$/);
  await isMarked(page, "Password", /^Enter your password\.$/);
  await expect(page.getByLabel("Username or e-mail")).toBeFocused();
  await page.getByLabel("Username or e-mail").fill("ana");
  await isLeftAlone(page, "Username or e-mail");
  await page.getByLabel("Username or e-mail").press("Enter");
  await expect(page.getByLabel("Password")).toBeFocused();
});

test("registering marks every wrong field at once", async ({ page }) => {
  await page.goto("/register");
  await hydrated(page);
  await press(page, "Continue");
  await isMarked(page, "Username", /Choose a username/);
  await isMarked(page, "E-mail", /Enter your e-mail address/);
  await isMarked(page, "Password", /at least 10 characters/);
  await expect(page.getByLabel("Username")).toBeFocused();

  await page.getByLabel("Username").fill(usernameFor("Ana"));
  await page.getByLabel("E-mail").fill("ana@nowhere");
  await page.getByLabel("Password").fill("short");
  await press(page, "Continue");
  await isMarked(page, "E-mail", /no domain ending/);
  await isMarked(page, "Password", /at least 10 characters/);
  await isLeftAlone(page, "Username");
  await expect(page.getByLabel("E-mail")).toBeFocused();
});

test("a taken username is the first of the wrong fields", async ({ people, page, watch }) => {
  watch.allowStatus(409, "/api/accounts/username");
  const ana = await people.signUp("Ana Ribeiro");
  await page.goto("/register");
  await hydrated(page);
  await page.getByLabel("Username").fill(ana.account.username);
  await isMarked(page, "Username", /taken/);
  await page.getByLabel("E-mail").fill("ana@nowhere");
  await press(page, "Continue");
  await isMarked(page, "E-mail", /no domain ending/);
  await expect(page.getByLabel("Username")).toBeFocused();
});

test("a group without a name is refused in our words", async ({ people, watch }) => {
  watch.allowStatus(422, "/api/rooms/create");
  const ana = await people.signUp("Ana Ribeiro");
  const page = await ana.open("/people/new-group");
  await expect(page.getByLabel("Group name")).toBeFocused();
  await press(page, "Create group");
  await isMarked(page, "Group name", /Give the group a name/);
});

test("each form has the focus where one begins, however one comes", async ({ page, people }) => {
  const verify = `/verify/${await people.begin("Cleo Marsh")}`;
  for (const [path, label] of [
    ["/sign-in", "Username or e-mail"],
    ["/register", "Username"],
    [verify, "6-digit code"],
  ] as const) {
    await page.goto(path);
    await hydrated(page);
    await expect(page.getByLabel(label), path).toBeFocused();
  }
  await page.goto("/sign-in");
  await hydrated(page);
  await page.getByRole("link", { name: "Create an account" }).click();
  await expect(page.getByLabel("Username")).toBeFocused();
  await page.getByRole("link", { name: "Sign in" }).click();
  await expect(page.getByLabel("Username or e-mail")).toBeFocused();
});

test("a field in which somebody writes already keeps the focus", async ({ page }) => {
  let release = () => {};
  const typed = new Promise<void>((done) => (release = done));
  await page.route("**/pkg/*.wasm", async (route) => {
    await typed;
    await route.continue();
  });
  await page.goto("/sign-in", { waitUntil: "domcontentloaded" });
  await page.getByLabel("Password").fill("early");
  release();
  await hydrated(page);
  await expect(page.getByLabel("Password")).toBeFocused();
  await expect(page.getByLabel("Password")).toHaveValue("early");
});

test("what a proxy answers in place of the server is not read out", async ({ page, people, watch }) => {
  watch.allow(/502/);
  const ana = await people.signUp("Ana Ribeiro");
  await page.route("**/api/accounts/sign_in", (route) =>
    route.fulfill({ status: 502, contentType: "text/html", body: "<html>Bad gateway" }),
  );
  await page.goto("/sign-in");
  await hydrated(page);
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await press(page, "Sign in");
  await expect(page.getByRole("alert")).toHaveText("The server cannot do this right now. Please try again.");
});

test("a code pasted with a blank in it is whole", async ({ page, server }) => {
  const username = usernameFor("Ana");
  const email = `${username}@example.org`;
  await page.goto("/register");
  await hydrated(page);
  await page.getByLabel("Username").fill(username);
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill("seven tall lanterns");
  await press(page, "Continue");
  const field = page.getByLabel("6-digit code");
  await expect(field).toBeFocused();
  await press(page, "Confirm");
  await isMarked(page, "6-digit code", /^Enter the 6 digits from the mail\.$/);
  const code = await codeFor(server.url, email);
  // As a mail in Japan may have it, and its keyboard writes it.
  const wide = [...code.slice(3)].map((digit) => String.fromCodePoint(0xff10 + Number(digit))).join("");
  await page.keyboard.insertText(` ${code.slice(0, 3)} ${wide} `);
  await expect(page).toHaveURL("/chats");
});

test("signing in leads to the page that was asked for", async ({ people, page }) => {
  const [ana, bo] = [await people.signUp("Ana Ribeiro"), await people.signUp("Bo Lind")];
  const room = await ana.chatWith(bo);
  await bo.send(room, "The first");
  const asked = `/chats/${room}?at=1`;
  await page.goto(asked);
  await expect(page).toHaveURL(`/sign-in?next=${encodeURIComponent(asked).replaceAll("-", "%2D")}`);
  await hydrated(page);
  await page.getByLabel("Username or e-mail").fill(ana.account.username);
  await page.getByLabel("Password").fill(ana.account.password);
  await page.getByLabel("Password").press("Enter");
  await expect(page).toHaveURL(asked);
  await expect(page.getByRole("log").getByText("The first")).toBeVisible();
});

test("signing in leads to no other site", async ({ people, page, server }) => {
  const { username: login, password } = (await people.signUp("Ana Ribeiro")).account;
  for (const next of ["//evil.example/", "https://evil.example/chats", "/\t/evil.example", "/chats/..//evil.example", "/api/accounts/me"]) {
    const answer = await page.request.post("/api/accounts/sign_in", {
      form: { login, password, next },
      headers: { Origin: server.url, Accept: "text/html" },
      maxRedirects: 0,
    });
    expect(answer.headers()["location"], next).toBe("/chats");
  }
});
