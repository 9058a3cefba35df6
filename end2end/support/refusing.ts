import type { BrowserContext } from "@playwright/test";

interface Frame {
  type: string;
  room: string;
  id: string;
  change?: string;
}

/// Refuses every change of a message from pages that this browser opens from now on, in place of the server.
export async function refuseChanges(context: BrowserContext, message: string): Promise<void> {
  await context.routeWebSocket(/\/socket$/, (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, room, id, change } = JSON.parse(String(text)) as Frame;
      if (!change) return server.send(text);
      const error = { code: "forbidden", message: `${message} (${type})` };
      socket.send(JSON.stringify({ type: "rejected", room, id, change, error }));
    });
  });
}
