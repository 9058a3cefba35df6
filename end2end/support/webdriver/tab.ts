import { By, Key, type Actions, type WebDriver, type WebElement } from "selenium-webdriver";
import { expect } from "@playwright/test";
import type { Account } from "../person.ts";

/// What somebody sees and does in a browser that WebDriver drives.
export class Tab {
  constructor(
    readonly driver: WebDriver,
    private readonly origin: string,
  ) {}

  async open(path: string): Promise<void> {
    await this.driver.get(this.origin + path);
  }

  reload(): Promise<void> {
    return this.driver.navigate().refresh();
  }

  back(): Promise<void> {
    return this.driver.navigate().back();
  }

  forward(): Promise<void> {
    return this.driver.navigate().forward();
  }

  /// Waits until the address is this path.
  async isAt(path: string | RegExp): Promise<void> {
    const wanted = expect.poll(async () => new URL(await this.driver.getCurrentUrl()).pathname);
    await (typeof path === "string" ? wanted.toBe(path) : wanted.toMatch(path));
  }

  /// Waits until the connection is open and everything missed has come.
  async isLive(): Promise<void> {
    await expect.poll(() => this.driver.executeScript(() => document.documentElement.dataset["live"])).toBe("open");
  }

  async signIn(account: Account): Promise<void> {
    await this.open("/sign-in");
    await (await this.labelled("Username or e-mail")).sendKeys(account.username);
    await (await this.labelled("Password")).sendKeys(account.password, Key.ENTER);
    await this.isAt("/chats");
  }

  /// The field under a label.
  async labelled(label: string): Promise<WebElement> {
    const found = await this.find(By.xpath(`//label[contains(normalize-space(.), "${label}")]`));
    const id = await found.getDomAttribute("for");
    return id ? this.find(By.id(id)) : found.findElement(By.css("input"));
  }

  /// Waits for it, and for its being in view.
  async find(by: By): Promise<WebElement> {
    await expect.poll(async () => (await this.driver.findElements(by)).length, `${by}`).toBeGreaterThan(0);
    return this.driver.findElement(by);
  }

  /// Clicks the link or button with this text in it.
  async click(text: string): Promise<void> {
    await (await this.find(By.xpath(`//*[self::a or self::button][contains(., "${text}") or @aria-label="${text}"]`))).click();
  }

  /// Where messages are written.
  composer(): Promise<WebElement> {
    return this.find(By.css("textarea[name=body]"));
  }

  async composed(): Promise<string> {
    return this.driver.executeScript<string>(() => document.querySelector<HTMLTextAreaElement>("textarea[name=body]")?.value ?? "");
  }

  async type(...keys: string[]): Promise<void> {
    await (await this.composer()).sendKeys(...keys);
  }

  async send(text: string): Promise<void> {
    await this.type(text, Key.ENTER);
  }

  /// The texts that are drawn, oldest first.
  texts(): Promise<string[]> {
    return this.driver.executeScript<string[]>(() => [...document.querySelectorAll("[role=log] .msg .text")].map((text) => text.textContent ?? ""));
  }

  /// Waits until these and no other texts are drawn, in this order.
  async shows(texts: string[], patience = 15_000): Promise<void> {
    await expect.poll(() => this.texts(), { timeout: patience }).toEqual(texts);
  }

  /// Waits until somewhere on the page there is this text, to be seen.
  async says(text: string): Promise<void> {
    await expect.poll(async () => (await this.driver.findElement(By.css("body"))).getText()).toContain(text);
  }

  /// The numbers of the messages that are in view, at least in part, once a frame has been painted.
  inView(): Promise<number[]> {
    return this.driver.executeAsyncScript<number[]>((done: (seqs: number[]) => void) => {
      const look = (): number[] => {
        const log = document.querySelector("[role=log]");
        const { top = 0, bottom = 0 } = log?.getBoundingClientRect() ?? {};
        const lines = [...document.querySelectorAll<HTMLElement>("[role=log] [data-seq]")];
        return lines
          .filter((line) => {
            const box = line.getBoundingClientRect();
            return box.bottom > top && box.top < bottom;
          })
          .map((line) => Number(line.dataset["seq"]));
      };
      requestAnimationFrame(() => requestAnimationFrame(() => done(look())));
    });
  }

  /// Turns the wheel over the messages.
  async wheel(pixels: number): Promise<void> {
    const log = await this.find(By.css("[role=log]"));
    const actions = this.driver.actions() as Wheel;
    await actions.scroll(0, 0, 0, pixels, log).perform();
    // WebKit takes a second turn by as much for the same one, unless it was let go of.
    await this.driver.actions().clear();
  }
}

/// What the types of selenium-webdriver leave out.
interface Wheel extends Actions {
  scroll(x: number, y: number, right: number, down: number, origin: WebElement): Actions;
}

export { Key };
