import { Service } from "./service.ts";

/// A display that nobody sees, for browsers that cannot do without.
export class Display {
  private readonly service = new Service("Xvfb");
  name = "";

  async start(): Promise<void> {
    // It chooses a number that is free, and says which.
    this.service.start("Xvfb", ["-displayfd", "3", "-screen", "0", "1280x900x24", "-nolisten", "tcp"]);
    this.name = await this.service.answers(() => this.service.told.match(/^(\d+)\n/)?.[1]);
    this.name = `:${this.name}`;
  }

  end(): Promise<void> {
    return this.service.end();
  }
}
