// The embedded phone's words, in the languages it speaks; its page says which by `lang`. Small: it is loaded by other people's pages.
import type { Fault, FaultName } from "@/audio/fault";

export interface Words {
  dir?: "rtl";
  call: string;
  calling: string;
  asking: string;
  lost: string;
  over: string;
  again: string;
  mute: string;
  unmute: string;
  keypad: string;
  hangUp: string;
  close: string;
  you: string;
  agent: string;
  captions: string;
  faults: Partial<Record<FaultName, string>> & Record<"other", string>;
}

const en: Words = {
  call: "Call us",
  calling: "Connecting…",
  asking: "Please allow the microphone…",
  lost: "Reconnecting…",
  over: "Call ended",
  again: "Call again",
  mute: "Mute",
  unmute: "Unmute",
  keypad: "Keypad",
  hangUp: "Hang up",
  close: "Close",
  you: "You",
  agent: "Agent",
  captions: "What is said",
  faults: {
    insecure: "Browsers allow calls on https pages only. Open this page by https.",
    unsupported: "This browser cannot make calls. Use a current Chrome, Edge, Firefox or Safari.",
    no_microphone: "No microphone was found. Plug one in, then try again.",
    microphone_refused:
      "The microphone is not permitted. Allow it by the sign in the address bar, then try again.",
    microphone_busy: "The microphone cannot be opened. Another program may be using it.",
    microphone_gone: "Your microphone was unplugged. Plug it in again: the call goes on.",
    no_network: "You are offline. Connect to a network, then try again.",
    server_away: "The server does not answer. Try again in a moment.",
    signed_out: "This call button has no token. Tell whoever runs this page.",
    token: "This call button has run out. Load the page again.",
    origin: "This page may not call here. Tell whoever runs it.",
    not_allowed: "This call is not allowed. Tell whoever runs this page.",
    not_found: "Nobody is there to call. Tell whoever runs this page.",
    refused: "The call was not taken. Try again later.",
    too_many_calls: "All lines are busy. Try again in a moment.",
    unavailable: "Nobody can be reached just now. Try again in a moment.",
    no_media: "No sound gets through. A firewall may block it: try another network.",
    loopback: "No sound gets through to this machine. Use Chrome or Edge here.",
    call_lost: "The connection was lost. Call again.",
    server_stopped: "The other side was switched off. Call again in a moment.",
    time_limit: "The call was as long as it may be. Call again to go on.",
    other: "The call could not be made. Try again.",
  },
};

const de: Words = {
  call: "Anrufen",
  calling: "Verbinde…",
  asking: "Bitte das Mikrofon erlauben…",
  lost: "Verbinde neu…",
  over: "Gespräch beendet",
  again: "Noch einmal anrufen",
  mute: "Stumm",
  unmute: "Ton an",
  keypad: "Tasten",
  hangUp: "Auflegen",
  close: "Schließen",
  you: "Sie",
  agent: "Agent",
  captions: "Was gesagt wird",
  faults: {
    insecure: "Browser erlauben Anrufe nur auf https-Seiten. Öffnen Sie diese Seite über https.",
    unsupported:
      "Dieser Browser kann nicht telefonieren. Nehmen Sie ein aktuelles Chrome, Edge, Firefox oder Safari.",
    no_microphone:
      "Es wurde kein Mikrofon gefunden. Schließen Sie eines an und versuchen Sie es noch einmal.",
    microphone_refused:
      "Das Mikrofon ist nicht erlaubt. Erlauben Sie es über das Zeichen in der Adresszeile.",
    microphone_busy: "Das Mikrofon lässt sich nicht öffnen. Vielleicht benutzt es ein anderes Programm.",
    microphone_gone: "Ihr Mikrofon wurde abgezogen. Stecken Sie es wieder an: Das Gespräch geht weiter.",
    no_network: "Sie sind offline. Verbinden Sie sich mit einem Netz und versuchen Sie es noch einmal.",
    server_away: "Der Server antwortet nicht. Versuchen Sie es gleich noch einmal.",
    signed_out: "Diesem Anrufknopf fehlt das Token. Sagen Sie es dem Betreiber der Seite.",
    token: "Dieser Anrufknopf ist abgelaufen. Laden Sie die Seite neu.",
    origin: "Diese Seite darf hier nicht anrufen. Sagen Sie es ihrem Betreiber.",
    not_allowed: "Dieser Anruf ist nicht erlaubt. Sagen Sie es dem Betreiber der Seite.",
    not_found: "Dort ist niemand zu erreichen. Sagen Sie es dem Betreiber der Seite.",
    refused: "Der Anruf wurde nicht angenommen. Versuchen Sie es später noch einmal.",
    too_many_calls: "Alle Leitungen sind besetzt. Versuchen Sie es gleich noch einmal.",
    unavailable: "Gerade ist niemand zu erreichen. Versuchen Sie es gleich noch einmal.",
    no_media: "Es kommt kein Ton durch. Vielleicht sperrt ihn eine Firewall: Versuchen Sie ein anderes Netz.",
    call_lost: "Die Verbindung ging verloren. Rufen Sie noch einmal an.",
    server_stopped: "Die Gegenstelle wurde abgeschaltet. Rufen Sie gleich noch einmal an.",
    time_limit: "Länger darf ein Anruf nicht dauern. Rufen Sie noch einmal an.",
    other: "Der Anruf kam nicht zustande. Versuchen Sie es noch einmal.",
  },
};

const es: Words = {
  call: "Llamar",
  calling: "Conectando…",
  asking: "Permita el micrófono…",
  lost: "Reconectando…",
  over: "Llamada terminada",
  again: "Llamar de nuevo",
  mute: "Silenciar",
  unmute: "Activar sonido",
  keypad: "Teclado",
  hangUp: "Colgar",
  close: "Cerrar",
  you: "Usted",
  agent: "Agente",
  captions: "Lo que se dice",
  faults: {
    insecure: "Los navegadores solo permiten llamar en páginas https. Abra esta página por https.",
    unsupported: "Este navegador no puede llamar. Use un Chrome, Edge, Firefox o Safari actual.",
    no_microphone: "No se encontró ningún micrófono. Conecte uno e inténtelo de nuevo.",
    microphone_refused: "El micrófono no está permitido. Permítalo con el signo de la barra de direcciones.",
    microphone_busy: "No se puede abrir el micrófono. Quizá lo use otro programa.",
    microphone_gone: "Se desconectó el micrófono. Conéctelo de nuevo: la llamada sigue.",
    no_network: "No hay conexión. Conéctese a una red e inténtelo de nuevo.",
    server_away: "El servidor no responde. Inténtelo dentro de un momento.",
    token: "Este botón ha caducado. Cargue la página de nuevo.",
    too_many_calls: "Todas las líneas están ocupadas. Inténtelo dentro de un momento.",
    unavailable: "Ahora no se puede contactar con nadie. Inténtelo dentro de un momento.",
    refused: "No se aceptó la llamada. Inténtelo más tarde.",
    no_media: "No pasa el sonido. Quizá lo bloquee un cortafuegos: pruebe otra red.",
    call_lost: "Se perdió la conexión. Llame de nuevo.",
    server_stopped: "El otro lado se apagó. Llame de nuevo dentro de un momento.",
    time_limit: "La llamada no puede durar más. Llame de nuevo para seguir.",
    other: "No se pudo llamar. Inténtelo de nuevo.",
  },
};

const ar: Words = {
  dir: "rtl",
  call: "اتصل بنا",
  calling: "جارٍ الاتصال…",
  asking: "يرجى السماح باستخدام الميكروفون…",
  lost: "جارٍ إعادة الاتصال…",
  over: "انتهت المكالمة",
  again: "اتصل مرة أخرى",
  mute: "كتم",
  unmute: "إلغاء الكتم",
  keypad: "لوحة المفاتيح",
  hangUp: "إنهاء",
  close: "إغلاق",
  you: "أنت",
  agent: "الوكيل",
  captions: "ما يقال",
  faults: {
    insecure: "لا تسمح المتصفحات بالمكالمات إلا في صفحات https. افتح هذه الصفحة عبر https.",
    no_microphone: "لم يُعثر على ميكروفون. وصّل واحدًا ثم حاول مرة أخرى.",
    microphone_refused: "الميكروفون غير مسموح به. اسمح به من شريط العنوان ثم حاول مرة أخرى.",
    microphone_busy: "تعذّر فتح الميكروفون. ربما يستخدمه برنامج آخر.",
    no_network: "أنت غير متصل بالشبكة. اتصل بشبكة ثم حاول مرة أخرى.",
    server_away: "الخادم لا يجيب. حاول بعد قليل.",
    token: "انتهت صلاحية زر الاتصال. أعد تحميل الصفحة.",
    too_many_calls: "جميع الخطوط مشغولة. حاول بعد قليل.",
    unavailable: "لا يمكن الوصول إلى أحد الآن. حاول بعد قليل.",
    call_lost: "انقطع الاتصال. اتصل مرة أخرى.",
    server_stopped: "أُوقف الطرف الآخر. اتصل مرة أخرى بعد قليل.",
    time_limit: "بلغت المكالمة أقصى مدتها. اتصل مرة أخرى للمتابعة.",
    other: "تعذّر إجراء المكالمة. حاول مرة أخرى.",
  },
};

const LANGUAGES: Readonly<Record<string, Words>> = { en, de, es, ar };

/** The words of a language (BCP 47), English where there are none. */
export function wordsOf(language: string): Words {
  return LANGUAGES[language.toLowerCase().split("-")[0] ?? ""] ?? en;
}

/** A fault as a sentence; in English where the language lacks it. */
export function sentence(words: Words, { name, said }: Fault): string {
  return words.faults[name] ?? en.faults[name] ?? (said || words.faults.other);
}
