import type { Logs } from "./logs.ts";

/// What people open in the stories: one program, or a whole cluster. Stories do not ask which.
export interface Server {
  /// Where people open it.
  readonly url: string;

  /// Where the mail that it sends is shown, under /dev/mail.json.
  readonly mailbox: string;

  /// What it has said so far.
  readonly logs: Logs;

  /// Starts it, or what of it is down, with the data it had before; waits until it serves.
  start(): Promise<void>;

  /// Runs one of the commands that look after an instance.
  admin(...command: string[]): Promise<void>;

  /// Ends every process of the program as a power cut would.
  kill9(): Promise<void>;

  /// Asks every process of the program to end.
  stop(): Promise<void>;

  /// For the end: takes everything down in order, and throws if anything is left of it.
  end(): Promise<void>;

  /// Deletes all data, and kills what is still there because `end` failed.
  remove(): Promise<void>;
}
