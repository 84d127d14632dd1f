export { browserParts } from "./browser";
export type { Ending } from "./ending";
export { GatewayLink, type LinkState } from "./link";
export type {
  ClientMessage,
  Mode,
  Mood,
  Quality,
  Sensitivity,
  ServerMessage,
  Style,
  TurnFigures,
  Turns,
  TurnTaking,
  Wanted,
} from "./messages";
