// Answers that are streams of events (text/event-stream): read as they come, ended by aborting.
import { fetched } from "./client";

export interface Told {
  event: string;
  data: unknown;
}

/** Cuts a stream's text into events. Bytes may come in any pieces. */
export class EventReader {
  private rest = "";

  take(text: string): Told[] {
    const whole = (this.rest + text).replaceAll("\r\n", "\n");
    const parts = whole.split("\n\n");
    this.rest = parts.pop() ?? "";
    return parts.flatMap((part) => {
      let event = "message";
      const data: string[] = [];
      for (const line of part.split("\n")) {
        if (line.startsWith("event:")) event = line.slice(6).trim();
        else if (line.startsWith("data:")) data.push(line.slice(5).trimStart());
      }
      return data.length === 0 ? [] : [{ event, data: JSON.parse(data.join("\n")) as unknown }];
    });
  }
}

/** Asks by POST, and tells each event. Resolves when the server is done, or when it was aborted. Throws ApiError. */
export async function streamed(
  path: string,
  body: unknown,
  onEvent: (told: Told) => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    const response = await fetched(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      signal,
    });
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    if (reader === undefined) return;
    const events = new EventReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      for (const told of events.take(value)) onEvent(told);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}
