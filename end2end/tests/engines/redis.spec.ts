import { apart } from "../../support/apart.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";

test.beforeEach(({ watch }) => watch.allowOutage());
test.setTimeout(120_000);

test("Redis is away while two talk on two nodes: everything arrives, at the latest with it", async ({ people, cluster }) => {
  const conversation = await converse(people);
  const { ana, room, hers, his } = conversation;
  await apart(cluster, conversation);
  await hers.send("Before");
  await his.shows(["Before"]);
  await cluster.without("redis", async () => {
    for (let count = 1; count <= 4; count += 1) {
      await hers.send(`ping ${count}`);
      await his.send(`pong ${count}`);
    }
    for (const chat of [hers, his]) {
      await chat.settles();
      await expect(chat.page.getByText("Connecting…")).toHaveCount(0);
    }
    // What is needed for reading does not need Redis.
    await expect.poll(() => ana.history(room)).toHaveLength(9);
  });

  const talk = await ana.history(room);
  for (const word of ["ping", "pong"]) {
    const own = talk.filter((text) => text.startsWith(word));
    expect(own, "in the order of writing").toEqual([1, 2, 3, 4].map((count) => `${word} ${count}`));
  }
  for (const chat of [hers, his]) {
    await chat.shows(talk, 60_000);
    await chat.isNumbered(talk.length);
  }
  await hers.delivery("ping 4", "Read");
  await his.delivery("pong 4", "Read");
  await hers.send("After");
  await his.shows([...talk, "After"]);
  for (const chat of [hers, his]) {
    await chat.reload();
    await chat.shows([...talk, "After"]);
  }
});
