import type { BrowserContext } from "@playwright/test";

/// What a browser complains about: errors, warnings (a mismatch while hydrating is one), uncaught
/// exceptions and breaches of the content policy. A story fails on each that it did not announce.
export class Watch {
  private readonly complaints: string[] = [];
  /// A story that ends, or a page that is left, while its socket is being opened is nobody's fault;
  /// stories that need the socket wait until it is open.
  private readonly allowed: RegExp[] = [
    /WebSocket is closed before the connection is established/,
    // A page without scripts, or one that is looked at before its script runs, does not use what it preloads.
    /\.wasm was preloaded using link preload but not used/,
    // A client whose connection was closed asks who is signed in; "nobody" is an answer.
    /status of 401\b.*\/api\/accounts\/me/,
  ];

  context(context: BrowserContext): void {
    context.on("console", (message) => {
      if (message.type() !== "error" && message.type() !== "warning") return;
      this.complaints.push(`${message.type()}: ${message.text()} (${message.location().url})`);
    });
    context.on("weberror", (failure) => {
      this.complaints.push(`exception: ${failure.error().stack ?? failure.error().message}`);
    });
  }

  /// Announces complaints that the story itself provokes.
  allow(...complaints: RegExp[]): void {
    this.allowed.push(...complaints);
  }

  /// Announces an answer that a browser reports as an error, such as 401 to a wrong password.
  allowStatus(status: number, path: string): void {
    this.allow(new RegExp(`status of ${status}\\b.*${path}`));
  }

  /// Announces that the server cannot be reached for a while.
  allowOutage(): void {
    this.allow(/net::ERR_/, /WebSocket connection to .* failed/, /status of 503\b/);
    // What is fetched ahead, in the quiet after a start, may be on its way just then.
    this.allow(/TypeError: Failed to fetch[^]*__wasm_split/);
    // The same, where a proxy answers for a server that is away.
    this.allow(/HTTP status code is not ok[^]*__wasm_split/);
  }

  unexpected(): string[] {
    return this.complaints.filter((complaint) => !this.allowed.some((allowed) => allowed.test(complaint)));
  }
}
