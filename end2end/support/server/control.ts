import { once } from "node:events";
import { connect } from "node:net";
import { createInterface } from "node:readline";

/// Gives a cluster's supervisor an order, and waits until it is carried out: scripts/cluster.sh
/// tells which there are.
export async function order(control: string, line: string): Promise<void> {
  const socket = connect(control);
  try {
    socket.write(`${line}\n`);
    const [text] = (await once(createInterface({ input: socket }), "line")) as [string];
    const answer = JSON.parse(text) as { ok: boolean; error?: string };
    if (!answer.ok) throw new Error(`${line}: ${answer.error ?? "refused"}`);
  } finally {
    socket.destroy();
  }
}
