import type { BrowserContext, Page } from "@playwright/test";

declare global {
  interface Window {
    /// The program has taken over the page that the server drew.
    isHydrated?: boolean;
  }
}

/// Notices when the program has taken over: the first thing it does then is to keep the time zone
/// in a cookie, so the moment shows without anything in the program for the tests' sake.
export async function noticeHydration(context: BrowserContext): Promise<void> {
  await context.addInitScript(() => {
    const cookie = Object.getOwnPropertyDescriptor(Document.prototype, "cookie");
    Object.defineProperty(document, "cookie", {
      get: () => cookie?.get?.call(document) as string,
      set: (text: string) => {
        cookie?.set?.call(document, text);
        if (text.startsWith("zone=")) window.isHydrated = true;
      },
    });
  });
}

/// Waits until what is typed and clicked reaches the program.
export async function hydrated(page: Page): Promise<void> {
  await page.waitForFunction(() => window.isHydrated === true);
}

/// Waits until the connection is open and everything missed has come.
export async function live(page: Page): Promise<void> {
  await hydrated(page);
  await page.waitForFunction(() => document.documentElement.dataset["live"] === "open");
}
