// The embedded phone's look, for its shadow root. A page may set --voiceforge-hue, --voiceforge-accent, --voiceforge-on-accent, --voiceforge-radius, --voiceforge-font, and style ::part(button), ::part(panel).

export const LOOK = `
:host { --h: var(--voiceforge-hue, 266); --gold: var(--voiceforge-accent, hsl(43 92% 62%)); --on-gold: var(--voiceforge-on-accent, hsl(266 60% 10%));
  --r: var(--voiceforge-radius, 20px); display: inline-block; font: 400 15px/1.45 var(--voiceforge-font, Inter, ui-sans-serif, system-ui, sans-serif); color-scheme: dark;
  --bg: hsl(var(--h) 40% 11%); --fg: hsl(var(--h) 40% 97%); --soft: hsl(var(--h) 18% 76%); --line: hsl(var(--h) 45% 78% / .18); --hover: hsl(var(--h) 60% 80% / .09);
  --mine: hsl(var(--h) 70% 60% / .28); --bad: hsl(352 66% 47%); --note: hsl(352 85% 60% / .18); }
:host([hidden]) { display: none }
:host([data-look=light]) { color-scheme: light; --bg: #fff; --fg: hsl(var(--h) 45% 12%); --soft: hsl(var(--h) 18% 36%); --line: hsl(var(--h) 35% 30% / .16);
  --hover: hsl(var(--h) 60% 40% / .07); --mine: hsl(var(--h) 75% 55% / .14); --note: hsl(352 85% 55% / .12) }
:host([float]) { position: fixed; inset-block-end: 20px; inset-inline-end: 20px; z-index: 2147483000; max-width: calc(100vw - 40px) }
* { box-sizing: border-box; margin: 0; font: inherit; color: inherit }
button { border: 0; background: none; cursor: pointer; -webkit-tap-highlight-color: transparent }
button:focus-visible { outline: 2px solid var(--gold); outline-offset: 2px }
svg { inline-size: 22px; block-size: 22px; fill: none; stroke: currentColor; stroke-width: 2; stroke-linecap: round; stroke-linejoin: round; flex: none }
[hidden] { display: none !important }
.go { display: inline-flex; align-items: center; justify-content: center; gap: 10px; min-block-size: 56px; padding-inline: 26px; border-radius: 999px; font-weight: 600; font-size: 17px;
  color: var(--on-gold); background: linear-gradient(rgb(255 255 255 / .25), transparent) var(--gold); box-shadow: 0 12px 32px -10px hsl(var(--h) 80% 20% / .55); transition: filter .15s, transform .1s }
.go:hover { filter: brightness(1.07) } .go:active { transform: scale(.97) }
.panel { inline-size: min(340px, calc(100vw - 40px)); padding: 18px; border: 1px solid var(--line); border-radius: var(--r); color: var(--fg);
  background: radial-gradient(22rem 14rem at 90% -20%, hsl(var(--h) 90% 60% / .28), transparent 70%), var(--bg); box-shadow: 0 24px 60px -20px hsl(var(--h) 80% 5% / .6) }
.head { display: flex; align-items: center; gap: 12px }
.face { display: grid; place-items: center; inline-size: 46px; block-size: 46px; border-radius: 50%; color: #fff; background: linear-gradient(135deg, hsl(var(--h) 72% 57%), hsl(var(--h) 72% 42%)); flex: none; position: relative }
.face::before { content: ""; position: absolute; inset: 0; border-radius: 50%; background: hsl(var(--h) 80% 65% / .4); z-index: -1; transform: scale(var(--level, 1)); transition: transform .08s }
.head { isolation: isolate }
.name { font-weight: 600; overflow-wrap: anywhere } .state { color: var(--soft); font-size: 13.5px; font-variant-numeric: tabular-nums }
.note { margin-block-start: 14px; padding: 10px 12px; border-radius: 12px; background: var(--note); font-size: 13.5px; overflow-wrap: anywhere }
.said { display: flex; flex-direction: column; gap: 8px; margin-block-start: 14px; max-block-size: 190px; overflow-y: auto; overscroll-behavior: contain; scrollbar-width: thin; font-size: 14px }
.said p { inline-size: fit-content; max-inline-size: 88%; padding: 7px 12px; border-radius: 14px; border-end-start-radius: 5px; background: var(--hover); overflow-wrap: anywhere }
.said .mine { align-self: flex-end; background: var(--mine); border-radius: 14px; border-end-end-radius: 5px } .said .yet { color: var(--soft); font-style: italic }
.keys { display: grid; grid-template-columns: repeat(3, 1fr); gap: 8px; margin-block-start: 14px; direction: ltr }
.keys button { block-size: 52px; border-radius: 14px; border: 1px solid var(--line); background: var(--hover); font-size: 20px; touch-action: manipulation } .keys button:active { transform: scale(.95) }
.row { display: flex; gap: 10px; margin-block-start: 16px } .row button { flex: 1; display: inline-flex; align-items: center; justify-content: center; gap: 8px; min-block-size: 52px; border-radius: 16px; border: 1px solid var(--line); background: var(--hover) }
.row button[aria-pressed=true] { background: var(--fg); color: var(--bg) } .row .end { flex: 1.6; background: var(--bad); color: #fff; border-color: transparent; font-weight: 600 }
.row .again { flex: 1.6; background: var(--gold); color: var(--on-gold); border-color: transparent; font-weight: 600 }
.unseen { position: absolute; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap }
@media (prefers-reduced-motion: reduce) { * { transition: none !important } }
`;
