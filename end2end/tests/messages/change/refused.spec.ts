import { converse } from "../../../support/conversation.ts";
import { expect, test } from "../../../support/fixtures.ts";

test("without a connection every change says so, and nothing is lost", async ({ people, watch }) => {
  watch.allowOutage();
  const { ana, room, hers, his } = await converse(people);
  await hers.send("Before the tunnel");
  await hers.delivery("Before the tunnel", "Read");
  // What changes messages is here once somebody has come near one.
  await hers.choose("Before the tunnel", "😮");
  await hers.reaction("Before the tunnel", "😮").click();
  await expect(hers.log.locator(".reacts")).toHaveCount(0);
  await ana.context.setOffline(true);
  const alert = hers.page.locator("form.composer [role=alert]");

  await hers.choose("Before the tunnel", "👍");
  await expect(alert).toContainText("Your reaction did not arrive: ");
  await expect(hers.log.locator(".reacts")).toHaveCount(0);

  await hers.choose("Before the tunnel", "Delete");
  const dialog = hers.page.getByRole("dialog");
  await dialog.getByRole("button", { name: "Delete for everyone" }).click();
  await expect(dialog.getByRole("alert")).toContainText("Not deleted: ");
  await dialog.getByRole("button", { name: "Keep it" }).click();

  await hers.choose("Before the tunnel", "Edit");
  await hers.editor.fill("Behind the tunnel");
  await hers.editor.press("Enter");
  await expect(alert).toContainText("Not saved: ");
  await expect(hers.editor).toHaveValue("Behind the tunnel");
  await his.shows(["Before the tunnel"]);

  await ana.context.setOffline(false);
  await hers.editor.press("Enter");
  await his.shows(["Behind the tunnel"]);
  await expect(hers.composer).toHaveValue("");
  await expect(alert).toBeEmpty();
  expect(await ana.history(room)).toEqual(["Behind the tunnel"]);
});

test("a refusal is said in words, and the text stays", async ({ people, watch }) => {
  watch.allowStatus(429, "/api/messages/edit");
  const { hers } = await converse(people);
  await hers.send("Slowly");
  await hers.delivery("Slowly", "Read");
  await hers.page.route("**/api/messages/edit", (route) =>
    route.fulfill({ status: 429, json: { code: "rate_limited", message: "Too many changes. Wait a moment.", retry_after: 1000 } }),
  );
  await hers.composer.press("ArrowUp");
  await hers.editor.fill("Quickly");
  await hers.editor.press("Enter");
  await expect(hers.page.getByRole("alert").filter({ hasText: "Not saved: Too many changes." })).toBeVisible();
  await expect(hers.editor).toHaveValue("Quickly");
  await hers.editor.press("Escape");
  await expect(hers.page.locator("form.composer [role=alert]")).toBeEmpty();
});
