import { connect, createServer, type Server, type Socket } from "node:net";
import { once } from "node:events";

/// A line between browser and server that can be cut: an outage that needs no help from the browser.
export class Relay {
  private readonly sockets = new Set<Socket>();
  private server: Server | undefined;
  private isCut = false;

  /// On this port of the machine, to that one.
  constructor(
    private readonly port: number,
    private readonly target: () => number,
  ) {}

  async open(): Promise<void> {
    this.server = createServer((near) => this.join(near)).listen(this.port, "127.0.0.1");
    await once(this.server, "listening");
  }

  /// Ends every connection, and refuses new ones.
  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    const closed = this.server && once(this.server, "close");
    this.server?.close();
    await closed;
  }

  private join(near: Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const far = connect(this.target(), "127.0.0.1");
    for (const [from, to] of [[near, far], [far, near]] as const) {
      this.sockets.add(from);
      from.on("error", () => from.destroy());
      from.on("close", () => {
        this.sockets.delete(from);
        to.destroy();
      });
      from.pipe(to);
    }
  }
}
