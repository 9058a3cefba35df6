import { apart } from "../../support/apart.ts";
import { converse } from "../../support/conversation.ts";
import { expect, test } from "../../support/fixtures.ts";
import type { Node } from "../../support/server/cluster.ts";

test.beforeEach(({ watch }) => watch.allowOutage());
test.setTimeout(120_000);

const OTHER: Record<Node, Node> = { "web-1": "web-2", "web-2": "web-1" };

for (const [how, order] of [["killed", "kill"], ["asked to leave", "stop"]] as const) {
  test(`one of two nodes is ${how}, then the other: people move by themselves`, async ({ people, cluster }) => {
    const conversation = await converse(people);
    const { ana, room, hers, his } = conversation;
    await apart(cluster, conversation);
    const sent: string[] = [];
    const talk = async (word: string) => {
      for (let count = 1; count <= 5; count += 1) {
        sent.push(`${word} ${count}`, `${word}, he says, ${count}`);
        await Promise.all([hers.send(`${word} ${count}`), his.send(`${word}, he says, ${count}`)]);
      }
    };
    // Both, so that it does not matter who is where.
    for (const node of ["web-1", "web-2"] as const) {
      await Promise.all([talk(`${node} goes`), cluster.order(order, node)]);
      await talk(`${node} is gone`);
      await expect.poll(() => cluster.sockets(OTHER[node]), { timeout: 30_000 }).toBe(2);
      for (const chat of [hers, his]) await chat.settles();
      await expect.poll(() => hers.texts()).toHaveLength(sent.length);
      await cluster.order("start", node);
    }

    await expect.poll(() => ana.history(room)).toHaveLength(sent.length);
    const written = await ana.history(room);
    expect([...written].sort(), "each once").toEqual([...sent].sort());
    for (const says of [true, false]) {
      const own = (texts: string[]) => texts.filter((text) => text.includes("he says") === says);
      expect(own(written), "in the order of writing").toEqual(own(sent));
    }
    for (const chat of [hers, his]) {
      await chat.shows(written);
      await chat.isNumbered(written.length);
      await chat.reload();
      await chat.shows(written);
    }
  });
}

test("with no node at all a page says so, and comes by itself when there is one", async ({ people, cluster }) => {
  const { ana, room, hers } = await converse(people);
  await hers.send("Before");
  await hers.isNumbered(1);
  for (const node of ["web-1", "web-2"] as const) await cluster.order("kill", node);
  await hers.page.reload();
  await expect(hers.page.getByRole("heading", { name: "One moment" })).toBeVisible();
  await expect(ana.history(room), "programs are told in their own way").rejects.toThrow(/503.*unavailable/s);
  for (const node of ["web-1", "web-2"] as const) await cluster.order("start", node);
  await hers.shows(["Before"], 30_000);
});
