import { test as base, expect } from "@playwright/test";
import { noticeHydration } from "./hydrated.ts";
import { People } from "./people.ts";
import { Server } from "./server.ts";
import { Watch } from "./watch.ts";

export { expect };

interface OfStory {
  watch: Watch;
  people: People;
}

interface OfWorker {
  server: Server;
}

/// Stories have a server, people, and a `page` of somebody who is not signed in.
export const test = base.extend<OfStory, OfWorker>({
  server: [
    async ({}, use) => {
      const server = await Server.create();
      try {
        await server.start();
        await use(server);
        await server.stop();
        expect(server.panics(), "panics of the server").toEqual([]);
      } finally {
        server.remove();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],

  baseURL: async ({ server }, use) => {
    await use(server.url);
  },

  watch: [
    async ({ server }, use, story) => {
      const before = server.log.length;
      const watch = new Watch();
      await use(watch);
      if (story.status !== story.expectedStatus) {
        await story.attach("server.log", { body: server.log.slice(before) });
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
