import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { live } from "../../support/hydrated.ts";

test.beforeEach(({ watch }) => watch.allowOutage());
test.setTimeout(180_000);

test("the server is killed while both write: every message once, in one order", async ({ people, server }) => {
  const { ana, room, hers, his } = await converse(people);
  const send = async (chat: typeof hers, word: string, from: number, to: number) => {
    for (let count = from; count <= to; count += 1) await chat.send(`${word} ${count}`);
  };
  await Promise.all([send(hers, "ping", 1, 8), send(his, "pong", 1, 8)]);
  await Promise.all([send(hers, "ping", 9, 20), send(his, "pong", 9, 20), server.kill9()]);
  await expect(hers.page.getByText("Connecting…")).toBeVisible();
  await Promise.all([send(hers, "ping", 21, 24), send(his, "pong", 21, 24)]);
  await server.start();

  await expect.poll(() => ana.history(room), { timeout: 60_000 }).toHaveLength(48);
  const order = await ana.history(room);
  for (const word of ["ping", "pong"]) {
    const own = order.filter((text) => text.startsWith(word));
    expect(own, "in the order of writing").toEqual(Array.from(own, (_, place) => `${word} ${place + 1}`));
  }
  for (const chat of [hers, his]) {
    await chat.shows(order, 60_000);
    await chat.settles();
    await chat.reload();
    await chat.shows(order);
  }
});

test("it is killed again and again", async ({ people, server }) => {
  const { ana, room, hers, his } = await converse(people);
  const sent: string[] = [];
  for (let round = 1; round <= 3; round += 1) {
    await live(hers.page);
    for (let count = 1; count <= 5; count += 1) {
      const text = `Round ${round}, ${count}`;
      sent.push(text);
      await hers.send(text);
      if (count === 3) await server.kill9();
    }
    await server.start();
  }
  await his.shows(sent, 90_000);
  await hers.shows(sent, 90_000);
  await hers.settles();
  // Stores that died are missed after six seconds, and those that died while they joined after six more.
  await expect.poll(() => ana.history(room), { timeout: 60_000 }).toEqual(sent);
});

test("an orderly restart loses nothing and asks for nobody's help", async ({ people, server }) => {
  const { hers, his } = await converse(people);
  await hers.send("Before the restart");
  await server.stop();
  await hers.send("During the restart");
  await hers.delivery("During the restart", "Sending");
  await server.start();
  await his.shows(["Before the restart", "During the restart"], 60_000);
  await his.send("After the restart");
  await hers.shows(["Before the restart", "During the restart", "After the restart"]);
});

test("a page opened while the server is away says so, and comes by itself once loaded", async ({ people, server }) => {
  const { hers, his } = await converse(people);
  // What can be opened without a server is fetched while there is one.
  const ahead = () => performance.getEntriesByType("resource").some(({ name }) => name.includes("split_settings"));
  await expect.poll(() => hers.page.evaluate(ahead), { timeout: 20_000 }).toBe(true);
  await server.kill9();
  await hers.page.getByRole("link", { name: "Settings" }).click();
  await expect(hers.page.getByRole("heading", { name: "Settings" })).toBeVisible();
  await hers.page.goBack();
  await expect(hers.composer).toBeVisible();
  await hers.send("Written at a locked door");
  await server.start();
  await his.shows(["Written at a locked door"], 60_000);
});
