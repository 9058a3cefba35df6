import type { Browser, BrowserContextOptions, PlaywrightWorkerArgs } from "@playwright/test";
import { Api } from "./api.ts";
import { noticeHydration } from "./hydrated.ts";
import { codeFor } from "./mailbox.ts";
import { usernameFor } from "./names.ts";
import { Person, type Account } from "./person.ts";
import type { Server } from "./server/server.ts";
import type { Watch } from "./watch.ts";

/// Makes people with accounts. What they open is closed when the story ends.
export class People {
  private readonly endings: (() => Promise<void>)[] = [];

  constructor(
    private readonly playwright: PlaywrightWorkerArgs["playwright"],
    private readonly browser: Browser,
    private readonly server: Server,
    private readonly watch: Watch,
  ) {}

  /// Registers somebody over HTTP, and gives them a browser.
  async signUp(name: string, options: BrowserContextOptions = {}): Promise<Person> {
    const api = await this.api();
    return this.settle(await enroll(this.server, api, name), api, options);
  }

  /// Registers somebody who has not confirmed the address yet: the registration's id.
  async begin(name: string): Promise<string> {
    return register(await this.api(), formOf(name));
  }

  /// The same person in another browser, with a session of its own.
  async elsewhere({ account }: Person, options: BrowserContextOptions = {}): Promise<Person> {
    const api = await this.api();
    await api.post("accounts/sign_in", { login: account.username, password: account.password });
    return this.settle(account, api, options);
  }

  async leave(): Promise<void> {
    for (const end of this.endings) await end();
  }

  private async api(): Promise<Api> {
    const request = await this.playwright.request.newContext({ baseURL: this.server.url });
    const api = new Api(request, this.server.url);
    this.endings.push(() => api.close());
    return api;
  }

  private async settle(account: Account, api: Api, options: BrowserContextOptions): Promise<Person> {
    const storageState = await api.cookies();
    const context = await this.browser.newContext({ ...options, storageState });
    this.endings.push(() => context.close());
    this.watch.context(context);
    await noticeHydration(context);
    return new Person(account, context, api);
  }
}

/// Registers somebody over HTTP, and confirms the address.
export async function enroll(server: Server, api: Api, name: string): Promise<Account> {
  const form = formOf(name);
  const registration = await register(api, form);
  const code = await codeFor(server.mailbox, form.email);
  const { id } = await api.post<{ id: string }>("accounts/verify", { registration, code });
  return { id, ...form };
}

type Form = Omit<Account, "id">;

function formOf(name: string): Form {
  const username = usernameFor(name);
  return { name, username, email: `${username}@example.org`, password: "seven tall lanterns" };
}

async function register(api: Api, form: Form): Promise<string> {
  const registration = await api.post<{ id: string }>("accounts/register", { ...form });
  return registration.id;
}
