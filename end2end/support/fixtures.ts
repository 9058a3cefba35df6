import { test as base, expect } from "@playwright/test";
import { noticeHydration } from "./hydrated.ts";
import { People } from "./people.ts";
import { Cluster } from "./server/cluster.ts";
import { Program } from "./server/program.ts";
import type { Server } from "./server/server.ts";
import { Watch } from "./watch.ts";

export { expect };

interface OfStory {
  watch: Watch;
  people: People;
}

/// What a project chooses: whether the program runs alone (lite) or as a cluster (full).
export interface Options {
  mode: "lite" | "full";
}

interface OfWorker {
  server: Server;
  /// The server of stories about what only a cluster has.
  cluster: Cluster;
}

/// Stories have a server, people, and a `page` of somebody who is not signed in.
export const test = base.extend<OfStory, Options & OfWorker>({
  mode: ["lite", { option: true, scope: "worker" }],

  server: [
    async ({ mode }, use) => {
      const server = await (mode === "full" ? Cluster.create() : Program.create());
      try {
        await server.start();
        await use(server);
        await server.end();
        expect(server.logs.panics(), "panics of the server").toEqual([]);
      } finally {
        await server.remove();
      }
    },
    { scope: "worker", timeout: 300_000 },
  ],

  cluster: [
    async ({ server }, use) => {
      if (!(server instanceof Cluster)) throw new Error("This story is for full mode: --project=full");
      await use(server);
    },
    { scope: "worker" },
  ],

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  watch: [
    async ({ server }, use, story) => {
      const before = server.logs.mark();
      const watch = new Watch();
      await use(watch);
      if (story.status !== story.expectedStatus) {
        await story.attach("server.log", { body: server.logs.since(before) });
      }
      expect(watch.unexpected(), "complaints of the browser").toEqual([]);
    },
    { auto: true },
  ],

  context: async ({ context, watch }, use) => {
    watch.context(context);
    await noticeHydration(context);
    await use(context);
  },

  people: async ({ playwright, browser, server, watch }, use) => {
    const people = new People(playwright, browser, server, watch);
    await use(people);
    await people.leave();
  },
});
