import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import { newId } from "../../support/names.ts";

test.beforeEach(({ watch }) => watch.allowOutage());
test.setTimeout(120_000);

test("PostgreSQL is away while two talk: they go on live, and the numbers follow", async ({ people, cluster }) => {
  const { ana, room, hers, his } = await converse(people);
  await hers.send("Before");
  await his.shows(["Before"]);
  await his.send("Me too");
  await hers.shows(["Before", "Me too"]);
  await hers.delivery("Before", "Read");
  const talk = ["Before", "Me too"];
  await cluster.without("postgres", async () => {
    for (let count = 1; count <= 4; count += 1) {
      for (const [word, writer, reader] of [["ping", hers, his], ["pong", his, hers]] as const) {
        talk.push(`${word} ${count}`);
        await writer.send(`${word} ${count}`);
        await reader.shows(talk);
        await writer.delivery(`${word} ${count}`, "Sent");
      }
    }
    for (const chat of [hers, his]) {
      await expect(chat.numbers, "only what was stored has one").toHaveCount(2);
      await expect(chat.page.getByText("Connecting…")).toHaveCount(0);
    }
    await expect(ana.history(room), "said at once").rejects.toThrow(/503/);
  });

  await expect.poll(() => ana.history(room).catch(String), { timeout: 30_000 }).toEqual(talk);
  for (const chat of [hers, his]) {
    await chat.shows(talk);
    await chat.isNumbered(talk.length);
  }
  await hers.delivery("ping 4", "Read");
  await his.delivery("pong 4", "Read");
  for (const chat of [hers, his]) {
    await chat.reload();
    await chat.shows(talk);
    await chat.isNumbered(talk.length);
  }
});

test("who only read until then can answer while PostgreSQL is away", async ({ people, cluster }) => {
  const { hers, his } = await converse(people);
  await hers.send("Before");
  await his.shows(["Before"]);
  await cluster.without("postgres", async () => {
    await his.send("My first word here");
    await hers.shows(["Before", "My first word here"]);
  });
});

test("a message by HTTP while PostgreSQL is away is one message however often it is sent", async ({ people, cluster }) => {
  const { ana, room, hers, his } = await converse(people);
  const id = newId();
  await cluster.without("postgres", async () => {
    // Each is durable, and both are shown as the one message they are.
    await ana.send(room, "By hand", id);
    await ana.send(room, "By hand", id);
    for (const chat of [hers, his]) await chat.shows(["By hand"]);
  });
  await expect(async () => ana.send(room, "By hand", id)).toPass({ timeout: 30_000 });
  for (const chat of [hers, his]) await chat.shows(["By hand"]);
  // Kafka takes the message before PostgreSQL can be read again.
  await expect.poll(() => ana.history(room).catch(String), { timeout: 30_000 }).toEqual(["By hand"]);
});

test("a page that is opened while PostgreSQL is away comes by itself when it is back", async ({ people, cluster }) => {
  const { hers } = await converse(people);
  await hers.send("Before");
  await hers.isNumbered(1);
  await cluster.without("postgres", async () => {
    await hers.page.reload();
    await expect(hers.page.getByRole("alert")).toContainText("The server cannot do this right now");
  });
  await hers.shows(["Before"], 30_000);
  await hers.send("After");
  await hers.isNumbered(2);
});
