import { setTimeout as pause } from "node:timers/promises";
import type { APIRequestContext, APIResponse } from "@playwright/test";

/// How often a call is made that is answered `unavailable`.
const TRIES = 5;

/// The program's HTTP calls, as a client without a browser makes them.
export class Api {
  constructor(
    private readonly request: APIRequestContext,
    private readonly origin: string,
  ) {}

  async get<T>(call: string, params: Record<string, string | number> = {}): Promise<T> {
    const answer = await this.request.get(`/api/${call}`, { params });
    return read(answer, call);
  }

  /// A call that comes too often waits for as long as the server says. One that a busy server cannot answer is
  /// repeated, as docs/PROTOCOL.md asks of clients; but of a message the stories see for themselves what is answered.
  async post<T>(call: string, form: Record<string, string>): Promise<T> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.request.post(`/api/${call}`, { form, headers: { Origin: this.origin } });
      const isToRepeat = answer.status() === 429 || (answer.status() === 503 && tries < TRIES && call !== "messages/send");
      if (!isToRepeat) return read(answer, call);
      const { retry_after } = (await answer.json()) as { retry_after?: number };
      await pause(retry_after ?? 1_000);
    }
  }

  cookies(): ReturnType<APIRequestContext["storageState"]> {
    return this.request.storageState();
  }

  close(): Promise<void> {
    return this.request.dispose();
  }
}

async function read<T>(answer: APIResponse, call: string): Promise<T> {
  if (!answer.ok()) throw new Error(`${call} answered ${answer.status()}: ${await answer.text()}`);
  return (await answer.json()) as T;
}
