import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { Builder, type WebDriver } from "selenium-webdriver";
import { freePort } from "../port.ts";
import { repository } from "../repository.ts";
import { Service } from "./service.ts";

export type Engine = "firefox" | "webkit";

export interface Choice {
  scripts: boolean;
  /// The X display, which WebKit needs.
  display: string;
}

interface Recipe {
  driver: string;
  environment: Record<string, string>;
  capabilities: Record<string, unknown>;
}

/// A browser of another make than Chromium, with a fresh profile, driven over WebDriver.
export class Session {
  private constructor(
    readonly driver: WebDriver,
    private readonly service: Service,
  ) {}

  static async start(engine: Engine, choice: Choice): Promise<Session> {
    const recipe = engine === "firefox" ? firefox(choice) : webkit(choice);
    const port = await freePort();
    const service = new Service(recipe.driver);
    service.start(recipe.driver, [`--port=${port}`], recipe.environment);
    try {
      await service.answers(() => isUp(port));
      const driver = await new Builder().usingServer(`http://127.0.0.1:${port}`).withCapabilities(recipe.capabilities).build();
      await driver.manage().window().setRect({ x: 0, y: 0, width: 1280, height: 860 });
      return new Session(driver, service);
    } catch (error) {
      await service.end();
      throw error;
    }
  }

  async end(): Promise<void> {
    await this.driver.quit().catch(() => undefined);
    await this.service.end();
  }
}

async function isUp(port: number): Promise<true | undefined> {
  const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
  return answer?.ok || undefined;
}

function firefox({ scripts }: Choice): Recipe {
  return {
    driver: resolve(repository, "target/tools/bin/geckodriver"),
    environment: { MOZ_HEADLESS: "1" },
    capabilities: {
      browserName: "firefox",
      "moz:firefoxOptions": {
        binary: process.env["FIREFOX"] ?? "/usr/bin/firefox-esr",
        prefs: {
          "javascript.enabled": scripts,
          "intl.accept_languages": "en-GB",
          // Nothing but the stories: neither updates nor a captive portal are asked for.
          "network.captive-portal-service.enabled": false,
          "network.connectivity-service.enabled": false,
        },
      },
    },
  };
}

function webkit({ scripts, display }: Choice): Recipe {
  return {
    driver: "WebKitWebDriver",
    environment: {
      DISPLAY: display,
      GDK_BACKEND: "x11",
      LANG: "C.UTF-8",
      LIBGL_ALWAYS_SOFTWARE: "1",
      WEBKIT_DISABLE_COMPOSITING_MODE: "1",
      // It is refused to root, and in many containers.
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1",
    },
    capabilities: {
      browserName: "MiniBrowser",
      "webkitgtk:browserOptions": { binary: miniBrowser(), args: ["--automation", `--enable-javascript=${scripts}`] },
    },
  };
}

/// WebKit's own small browser, which comes with its library.
function miniBrowser(): string {
  const found = readdirSync("/usr/lib").flatMap((folder) =>
    ["4.1", "6.0", "4.0"].map((api) => join("/usr/lib", folder, `webkit${api === "6.0" ? "gtk" : "2gtk"}-${api}`, "MiniBrowser")),
  );
  const path = found.find((path) => existsSync(path));
  if (!path) throw new Error("WebKit's MiniBrowser is missing; install with: apt-get install webkit2gtk-driver");
  return path;
}
