// What docs/api.md does with curl; compiled with the client, so that it stays true.
import { voiceforge } from "./src/index.js";

export async function call(key: string): Promise<string[]> {
  const server = voiceforge({ server: "http://127.0.0.1:8080", key });
  const { data, error } = await server.POST("/api/telephony/calls", {
    body: { to: "sip:phone@127.0.0.1:5062", flow: "appointment-reminder", about: { name: "Ann" } },
  });
  if (error) throw new Error(`${error.error.code}: ${error.error.message}`);
  const said = await server.GET("/api/telephony/calls/{id}/transcript", { params: { path: { id: data.id } } });
  if (!said.data || typeof said.data === "string") return [];  // a text is what `?format=` asks for
  return said.data.lines.map((line) => `${line.speaker}: ${line.text}`);
}
