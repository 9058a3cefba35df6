import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { newId } from "../../support/names.ts";

test.beforeEach(({ watch }) => watch.allowOutage());
test.setTimeout(120_000);

/// A broker that comes back waits up to 10 s for the stores that it knew before it gives their
/// partitions out again. Until then messages are live and have no number.
const STORED_AGAIN = 40_000;

test("Kafka is away: what is written waits, reading goes on, then it leaves once and in order", async ({ people, cluster }) => {
  const { ana, room, hers, his } = await converse(people);
  await his.send("Before");
  await hers.shows(["Before"]);
  const waiting = ["First", "Second", "Third"];
  await cluster.without("kafka", async () => {
    for (const text of waiting) await hers.send(text);
    for (const text of waiting) await hers.delivery(text, "Sending");
    await his.reload();
    await his.shows(["Before"]);
    expect(await ana.history(room)).toEqual(["Before"]);
    await hers.page.getByRole("link", { name: "Settings" }).click();
    await expect(hers.page.getByRole("heading", { name: "Settings" })).toBeVisible();
    await hers.page.goBack();
    await hers.shows(["Before", ...waiting]);
    for (const text of waiting) await hers.delivery(text, "Sending");
    await expect(hers.page.getByText("Connecting…")).toHaveCount(0);
  });

  const talk = ["Before", ...waiting];
  await his.shows(talk, 30_000);
  await hers.settles();
  for (const chat of [hers, his]) {
    await chat.isNumbered(talk.length, STORED_AGAIN);
    await chat.reload();
    await chat.shows(talk);
  }
  expect(await ana.history(room)).toEqual(talk);
});

test("a message by HTTP while Kafka is away is refused at once, and its retry is one message", async ({ people, cluster }) => {
  const { ana, room, his } = await converse(people);
  const id = newId();
  await cluster.without("kafka", async () => {
    // The first may be on its way when the engine goes.
    await expect(ana.send(room, "By hand", id)).rejects.toThrow(/503/);
    const asked = Date.now();
    await expect(ana.send(room, "By hand", id)).rejects.toThrow(/503/);
    expect(Date.now() - asked).toBeLessThan(2_000);
  });
  await expect(async () => ana.send(room, "By hand", id)).toPass({ timeout: 30_000 });
  await his.shows(["By hand"]);
  await expect.poll(() => ana.history(room), { timeout: STORED_AGAIN }).toEqual(["By hand"]);
});
