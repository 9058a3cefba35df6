import { expect, test as base } from "../support/fixtures.ts";
import { Composition } from "../support/server/composition.ts";

export { expect };

/// Stories about deploy/compose.yaml, which is up.
export const test = base.extend<object, { composition: Composition }>({
  composition: [
    async ({}, use) => {
      const composition = new Composition();
      try {
        await composition.start();
        await use(composition);
        await composition.end();
        expect(composition.logs.panics(), "panics of the program").toEqual([]);
      } finally {
        await composition.remove();
      }
    },
    { scope: "worker", timeout: 900_000 },
  ],

  server: [async ({ composition }, use) => use(composition), { scope: "worker", timeout: 900_000 }],
});
