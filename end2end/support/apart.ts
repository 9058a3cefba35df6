import type { Conversation } from "./conversation.ts";
import { live } from "./hydrated.ts";
import type { Cluster } from "./server/cluster.ts";
import { until } from "./until.ts";

/// Waits until the two hang on different nodes, so that what one writes reaches the other through
/// the engines. Who comes chooses the node with the fewest connections, which is not always the other.
export async function apart(cluster: Cluster, { hers, his }: Conversation): Promise<void> {
  await until("the two to be on different nodes", async () => {
    const counts = [await cluster.sockets("web-1"), await cluster.sockets("web-2")];
    if (counts.every((count) => count === 1)) return true;
    // Those of the story before may still be counted.
    if (counts.some((count) => count === 2)) await his.reload();
    return undefined;
  });
  await live(hers.page);
}
