// Shows live and recent calls. Everything from outside goes into the page as text, never as markup.
"use strict";

const byId = (id) => document.getElementById(id);
const live = new Map(); // call id -> what its card is made of
let signedIn = null; // not known yet

function make(tag, className, text) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

async function ask(path, signal) {
  // The cookie says who we are.
  const response = await fetch(path, { signal });
  showSignedIn(response.status !== 401);
  return response;
}

function showSignedIn(yes) {
  signedIn = yes;
  byId("sign-in").hidden = yes;
  byId("sign-out").hidden = !yes;
  for (const id of ["live-section", "recent-section"]) byId(id).hidden = !yes;
}

function clock(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

// Live calls

function cardOf(id) {
  let card = live.get(id);
  if (!card) {
    const root = make("article");
    const heading = make("h3");
    const who = make("span", "", "Call");
    const state = make("span", "soft");
    const lines = make("ol");
    lines.setAttribute("aria-live", "polite");
    lines.setAttribute("aria-label", "Transcript");
    lines.tabIndex = 0;
    const button = make("button", "", "SIP");
    button.title = "What was said by SIP";
    button.addEventListener("click", () => showLadder(id));
    heading.append(who, state, button);
    root.append(heading, lines);
    byId("live").prepend(root);
    card = { root, who, state, lines, partial: null, caller: null, saying: null, answeredAt: 0 };
    live.set(id, card);
    showCount();
  }
  return card;
}

function dropCard(id) {
  const card = live.get(id);
  if (card) {
    card.root.remove();
    live.delete(id);
    showCount();
  }
}

function showCount() {
  const going = [...live.values()].filter((card) => !card.ended).length;
  byId("live-count").textContent = String(going);
  byId("nobody").hidden = live.size > 0;
}

function addLine(card, kind, speaker, text) {
  const atEnd = card.lines.scrollHeight - card.lines.scrollTop - card.lines.clientHeight < 40;
  const line = make("li", kind);
  line.append(make("b", "", speaker), make("span", "", text));
  card.lines.append(line);
  while (card.lines.children.length > 300) card.lines.firstChild.remove();
  if (atEnd) card.lines.scrollTop = card.lines.scrollHeight;
  return line;
}

const show = {
  state(card, data) {
    card.who.textContent = `${data.from_uri} → ${data.to_uri}`;
    if (data.state === "answered") card.answeredAt ||= data.at;
    card.word = data.state;
    card.state.textContent = data.state;
  },
  partial(card, data) {
    card.partial ||= addLine(card, "caller partial", "Caller", "");
    card.partial.querySelector("span").textContent = data.text;
  },
  final(card, data) {
    if (card.partial) card.partial.remove();
    card.partial = null;
    const understood = data.understood !== false;
    card.caller = addLine(card, understood ? "caller" : "caller lost", "Caller", data.text || "…");
    if (!understood) card.caller.append(make("small", "", "not understood"));
  },
  agent(card, data) {
    // An answer comes in pieces while it is being thought of: they are one line until it was heard.
    if (card.saying && card.saying === card.lines.lastChild) {
      card.saying.querySelector("span").append(` ${data.text}`);
    } else {
      card.saying = addLine(card, "agent", "Agent", data.text);
    }
  },
  operator(card, data) {
    addLine(card, "agent", "Operator", data.text);
  },
  heard(card, data) {
    card.saying = null;
    if (data.interrupted && data.text !== undefined) {
      const lines = card.lines.querySelectorAll("li.agent");
      const last = lines[lines.length - 1];
      if (last && !last.querySelector("small")) last.append(make("small", "", `interrupted after “${data.text}”`));
    }
  },
  latency(card, data) {
    const ms = data.voice_to_voice ?? data.text_to_voice ?? data.text_to_text;
    if (card.caller && typeof ms === "number") card.caller.append(make("small", "", `answered in ${Math.round(ms)} ms`));
    card.caller = null;
  },
  digit(card, data) {
    addLine(card, "caller", "Key", data.digit);
  },
  hold(card, data) {
    card.state.textContent = data.held ? "on hold" : "answered";
  },
  briefing(card, data) {
    addLine(card, "agent", "Briefing", data.text);
  },
  transfer(card, data) {
    addLine(card, "agent", "Transfer", [data.step, data.to, data.why || data.reason].filter(Boolean).join(", "));
    if (data.step === "accepted") card.state.textContent = "handed over";
  },
  seat(card, data) {
    addLine(card, "agent", "Seat", `${data.party}: ${data.seat}`);
    if (data.seat === "takeover") card.state.textContent = "taken over";
  },
  line_trouble(card, data) {
    addLine(card, "agent", "Line", data.text);
  },
  message(card, data) {
    addLine(card, "caller", "Message", data.seconds ? `${data.seconds.toFixed(0)} s` : "none was left");
  },
  outcome(card, data) {
    addLine(card, "agent", "Outcome", outcomeText(data));
  },
  ended(card, data, id) {
    card.ended = true;
    card.state.textContent = data.text || data.why;
    showCount();
    setTimeout(() => { dropCard(id); refresh(); }, 8000);
    refresh();
  },
};

function onEvent(kind, data) {
  if (Object.hasOwn(show, kind)) show[kind](cardOf(data.call), data, data.call);
}

setInterval(() => {
  for (const card of live.values()) {
    if (card.answeredAt && !card.ended && card.word === "answered") {
      card.state.textContent = `answered ${clock(Date.now() - card.answeredAt * 1000)}`;
    }
  }
}, 1000);

// Read by hand, since EventSource does not tell why it is refused (WHATWG HTML, server-sent events).
async function follow() {
  for (;;) {
    try {
      const response = await ask("/api/telephony/events");
      if (response.ok) {
        for (const id of [...live.keys()]) dropCard(id);
        const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
        let waiting = "";
        for (;;) {
          const { value, done } = await reader.read();
          if (done) break;
          const blocks = (waiting + value).split("\n\n");
          waiting = blocks.pop();
          for (const block of blocks) {
            const fields = Object.fromEntries(block.split("\n").map((line) => line.split(/: (.*)/s)));
            if (fields.event) onEvent(fields.event, JSON.parse(fields.data));
          }
        }
      }
    } catch { /* the server is away; health says so */ }
    await new Promise((wake) => setTimeout(wake, signedIn === false ? 10000 : 2000));
  }
}

// What was said by SIP

async function showLadder(id) {
  const response = await ask(`/api/telephony/calls/${id}/sip?format=text`);
  byId("ladder").querySelector("pre").textContent = response.ok
    ? await response.text()
    : (await response.json()).error.message;
  byId("ladder").showModal();
}

// How an agent heard its caller

const decibels = (value) => `${value.toFixed(0)} dB`;
const percent = (value) => `${value.toFixed(1)} %`;
const milliseconds = (value) => `${Math.round(value)} ms`;
const seconds = (value) => `${value.toFixed(0)} s`;
const counted = (value) => Object.entries(value).map(([name, times]) => `${times} ${name}`).join(", ");
const FIGURES = [
  ["noise_db", "Noise", decibels],
  ["speech_db", "Caller's voice", decibels],
  ["snr_db", "Voice over noise", decibels],
  ["echo_loss_db", "Our voice came back", (value) => decibels(-value)],
  ["echo_delay_ms", "… after", milliseconds],
  ["clipping_pct", "Clipped", percent],
  ["loss_pct", "Packets lost", percent],
  ["jitter_ms", "Jitter", milliseconds],
  ["double_talk_pct", "Both spoke at once", percent],
  ["hum_hz", "Hum", (value) => `${value} Hz`],
  ["speech_s", "Caller spoke", seconds],
  ["arrives", "Caller got our audio", (value) => (value ? "yes" : "no")],
  ["tones", "Tones", (value) => value.join(", ")],
  ["interruptions", "Interruptions", counted],
  ["reasks", "Asked again", counted],
  ["troubles", "Trouble", (value) => value.join(", ")],
];

async function showHearing(id) {
  const response = await ask(`/api/telephony/calls/${id}/hearing`);
  const report = await response.json();
  const figures = [];
  for (const [name, label, said] of response.ok ? FIGURES : []) {
    const value = report[name];
    const text = value === null || value === undefined ? "" : said(value);
    if (!text) continue;
    const entry = make("div");
    entry.append(make("dt", "", label), make("dd", "", text));
    figures.push(entry);
  }
  const advice = response.ok ? report.advice : [];
  byId("hearing-advice").replaceChildren(...advice.map((text) => make("li", "", text)));
  byId("hearing-advice").hidden = advice.length === 0;
  byId("hearing-well").textContent = response.ok ? "Nothing to mend on this line." : report.error.message;
  byId("hearing-well").hidden = advice.length > 0;
  byId("hearing-figures").replaceChildren(...figures);
  byId("hearing").showModal();
}

// Recent calls and health

function outcomeText(outcome) {
  const parts = Object.entries(outcome.data).map(([name, value]) => `${name} ${value}`);
  return `${outcome.flow} ${outcome.status}: ${parts.join(", ")}`;
}

function dollars(cost) {
  return cost < 0.0001 ? "under $0.0001" : `$${cost.toFixed(4)}`;
}

function row(call) {
  const started = new Date(call.started_at);
  const length = call.answered_at && call.ended_at ? clock(new Date(call.ended_at) - new Date(call.answered_at)) : "";
  const cells = [
    ["When", started.toLocaleString()],
    ["From", call.from_uri],
    ["To", call.to_uri],
    ["Length", length],
    ["Ended", call.why ? `${call.why} by ${call.ended_by}` : call.state],
    ["Outcome", (call.outcomes || []).map(outcomeText).join("; ")],
  ];
  const line = make("tr");
  for (const [label, text] of cells) {
    const cell = make("td");
    // An address is broken behind its "@" first.
    const [user, ...host] = String(text ?? "").split(/(?<=@)/);
    cell.append(user, ...host.flatMap((part) => [document.createElement("wbr"), part]));
    cell.dataset.label = label;
    if (label === "Outcome" && call.summary) cell.append(make("small", "", call.summary));
    if (label === "Outcome" && call.messages_left) {
      cell.append(make("small", "", call.messages_left === 1 ? "A message was left" : `${call.messages_left} messages were left`));
    }
    if (label === "Outcome" && call.llm_cost) {
      cell.append(make("small", "", `Language model: ${dollars(call.llm_cost)}`));
    }
    line.append(cell);
  }
  const cell = make("td");
  cell.dataset.label = "Said";
  const button = make("button", "", "SIP");
  button.title = "What was said by SIP";
  button.addEventListener("click", () => showLadder(call.id));
  cell.append(button);
  if (call.agent && call.ended_at) {
    const heard = make("button", "", "Line");
    heard.title = "How the caller was heard, and what to mend";
    heard.addEventListener("click", () => showHearing(call.id));
    cell.append(heard);
  }
  line.append(cell);
  return line;
}

async function refresh() {
  try {
    const health = await (await fetch("/api/health")).json();
    const wrong = health.components.filter((part) => !part.ok);
    const words = wrong
      .map((part) => [`${part.name}: ${part.detail}`, part.mend].filter(Boolean).join("; "))
      .map((said) => said.charAt(0).toUpperCase() + said.slice(1));
    byId("health").textContent = health.ready
      ? ["Ready for calls", ...words].join(". ")
      : `Not ready. ${health.draining ? "The server is being stopped." : words.join(". ")}`;
    byId("health").className = !health.ready ? "bad" : words.length ? "" : "ok";
  } catch {
    byId("health").textContent = "The server does not answer.";
    byId("health").className = "bad";
    return;
  }
  const response = await ask("/api/telephony/calls?limit=20");
  if (!response.ok) {
    if (response.status === 401) return; // the form says how to sign in
    const { error } = await response.json();
    byId("recent").hidden = true;
    byId("none-yet").hidden = false;
    byId("none-yet").textContent = [error.message, error.detail].filter(Boolean).join(" ");
    return;
  }
  const calls = await response.json();
  const past = calls.items.filter((call) => !call.live);
  byId("recent").tBodies[0].replaceChildren(...past.map(row));
  byId("recent").hidden = past.length === 0;
  byId("none-yet").hidden = past.length > 0;
  byId("none-yet").textContent = calls.database === "ok" ? "No calls yet." : "The database does not answer just now.";
}

// What is pasted is changed for a cookie at once, and kept nowhere.
byId("sign-in").addEventListener("submit", async (submit) => {
  submit.preventDefault();
  const headers = { Authorization: `Bearer ${byId("secret").value.trim()}` };
  byId("secret").value = "";
  const fault = byId("sign-in-fault");
  try {
    const response = await fetch("/api/console/sessions", { method: "POST", headers });
    fault.hidden = response.ok;
    if (response.ok) return location.reload();
    const { error } = await response.json();
    fault.textContent = [error.message, typeof error.detail === "string" ? error.detail : ""].filter(Boolean).join(" ");
  } catch {
    fault.hidden = false;
    fault.textContent = "The server does not answer.";
  }
});

byId("sign-out").addEventListener("click", async () => {
  await fetch("/api/console/session", { method: "DELETE" });
  location.reload();
});

refresh();
setInterval(refresh, 5000);
follow();
