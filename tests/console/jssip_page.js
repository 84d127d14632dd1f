// A page with nothing but JsSIP (the global `JsSIP`), for tests to drive: what happened is kept in `said`, in order.
"use strict";

const said = [];
const sessions = [];
const playing = [];
let ua;

function keep(what) {
  said.push(what);
}

/** Play what comes: a browser decodes nothing that nobody hears. */
function listen(connection) {
  connection.addEventListener("track", ({ streams: [stream] }) => {
    const audio = new Audio();
    audio.srcObject = stream;
    audio.play();
    playing.push(audio);
  });
}

function watch(session) {
  sessions.push(session);
  const number = sessions.length - 1;
  for (const event of ["progress", "accepted", "confirmed", "ended", "failed", "hold", "unhold", "newDTMF", "refer", "replaces"]) {
    session.on(event, (data) => {
      const why = [data?.cause ?? data?.dtmf?.tone, data?.message?.getHeader?.("Reason")];
      keep([number, event, data?.originator, ...why].filter((word) => (word ?? "") !== "").join(" "));
    });
  }
  if (session.connection) listen(session.connection);
  session.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
  session.on("peerconnection:setremotedescriptionfailed", (error) => keep(`${number} remote description refused: ${error}`));
  return number;
}

function start(configuration) {
  const socket = new JsSIP.WebSocketInterface(`ws://${location.host}/ws/sip`);
  ua = new JsSIP.UA({ sockets: [socket], session_timers: false, connection_recovery_min_interval: 1, ...configuration });
  for (const event of ["connected", "disconnected", "registered", "unregistered", "registrationFailed"]) {
    ua.on(event, (data) => keep(`${event} ${data?.cause ?? ""}`.trim()));
  }
  ua.on("newRTCSession", ({ originator, session }) => {
    const number = watch(session);
    if (originator === "remote") keep(`${number} incoming ${session.remote_identity.uri.user}`);
  });
  ua.start();
}

const media = { mediaConstraints: { audio: { echoCancellation: false, noiseSuppression: false, autoGainControl: false }, video: false } };

function call(target) {
  ua.call(target, media);
  return sessions.length - 1;
}

function answer(number) {
  sessions[number].answer(media);
}

/** What was heard and sent so far, by the browser's own statistics. */
async function heard(number) {
  const figures = { energy: 0, received: 0, sent: 0, codec: "", lost: 0, events: 0 };
  const all = await sessions[number].connection.getStats();
  for (const each of all.values()) {
    if (each.type === "inbound-rtp") {
      figures.energy = each.totalAudioEnergy ?? 0;
      figures.received = each.packetsReceived;
      figures.lost = each.packetsLost;
      figures.codec = all.get(each.codecId)?.mimeType ?? "";
    } else if (each.type === "outbound-rtp") {
      figures.sent = each.packetsSent;
    }
  }
  return figures;
}

/** The socket is gone, as with a network that is. */
function cut() {
  ua.transport?.socket?._ws?.close();
}

window.phone = { said, sessions, start, call, answer, heard, cut, ua: () => ua };
