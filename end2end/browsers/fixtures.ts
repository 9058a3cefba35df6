import { test as base, expect } from "@playwright/test";
import { Api } from "../support/api.ts";
import { enroll } from "../support/people.ts";
import { Member } from "../support/person.ts";
import { freePort } from "../support/port.ts";
import { Relay } from "../support/relay.ts";
import { Program } from "../support/server/program.ts";
import { Display } from "../support/webdriver/display.ts";
import { Session, type Engine } from "../support/webdriver/engine.ts";
import { Tab } from "../support/webdriver/tab.ts";

export { expect };

/// What a project chooses.
export interface Options {
  engine: Engine;
}

interface OfStory {
  /// Registers somebody.
  member: (name: string) => Promise<Member>;
  scripts: boolean;
  /// A tab of the project's browser, which nobody is signed in in.
  tab: Tab;
}

interface OfWorker {
  line: { relay: Relay; server: Program };
  relay: Relay;
  server: Program;
  display: Display;
}

/// Stories in a browser over WebDriver. The server is reached through a line that can be cut.
export const test = base.extend<OfStory, Options & OfWorker>({
  engine: ["firefox", { option: true, scope: "worker" }],
  scripts: [true, { option: true }],

  line: [
    async ({}, use) => {
      const port = await freePort();
      const server = await Program.create(`http://127.0.0.1:${port}`);
      const relay = new Relay(port, () => server.port);
      try {
        await relay.open();
        await server.start();
        await use({ relay, server });
        await server.end();
        expect(server.logs.panics(), "panics of the server").toEqual([]);
      } finally {
        await relay.close();
        await server.remove();
      }
    },
    { scope: "worker", timeout: 120_000 },
  ],

  relay: [async ({ line }, use) => use(line.relay), { scope: "worker" }],
  server: [async ({ line }, use) => use(line.server), { scope: "worker" }],

  display: [
    async ({ engine }, use) => {
      const display = new Display();
      if (engine === "webkit") await display.start();
      try {
        await use(display);
      } finally {
        await display.end();
      }
    },
    { scope: "worker" },
  ],

  member: async ({ playwright, server }, use) => {
    const apis: Api[] = [];
    await use(async (name) => {
      const api = new Api(await playwright.request.newContext({ baseURL: server.url }), server.url);
      apis.push(api);
      return new Member(await enroll(server, api, name), api);
    });
    for (const api of apis) await api.close();
  },

  tab: async ({ engine, scripts, display, server }, use) => {
    const session = await Session.start(engine, { scripts, display: display.name });
    try {
      await use(new Tab(session.driver, server.url));
    } finally {
      await session.end();
    }
  },
});
