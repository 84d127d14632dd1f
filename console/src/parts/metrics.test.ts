import { expect, test } from "vitest";
import { samplesOf } from "./metrics";

test("samples are read with their labels, whatever is in these", () => {
  const text = [
    "# HELP voiceforge_pool_requests Of a pool",
    'voiceforge_pool_requests{pool="llm",what="inside"} 2.0',
    'voiceforge_engine_failovers_total{engine="a \\"b\\", c}",reason="slow"} 3',
    "voiceforge_other 1",
  ].join("\n");
  expect(samplesOf(text, ["voiceforge_pool", "voiceforge_engine_failovers"])).toEqual([
    { name: "voiceforge_pool_requests", labels: { pool: "llm", what: "inside" }, value: 2 },
    { name: "voiceforge_engine_failovers_total", labels: { engine: 'a "b", c}', reason: "slow" }, value: 3 },
  ]);
});
