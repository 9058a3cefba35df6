import { existsSync } from "node:fs";

/// Chromium without a window to draw takes half the time for the same pages.
const quick = "/usr/bin/chromium-headless-shell";

/// How the browser is started, for the stories and for the pictures.
export const browser = {
  executablePath: process.env["CHROMIUM"] ?? (existsSync(quick) ? quick : "/usr/bin/chromium"),
  args: [
    // Chromium refuses its sandbox to root, who runs the tests in containers.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Pages that a story changes on their way come from no address, and could not open a socket to this machine.
    "--disable-features=LocalNetworkAccessChecks",
  ],
};
