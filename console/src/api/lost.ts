// A 401 in the middle of work: the session asks the user to sign in again. Apart from session.ts, so that the client need not know it.

let told: (() => void) | null = null;

export function sessionLost(): void {
  told?.();
}

export function onSessionLost(call: () => void): () => void {
  told = call;
  return () => {
    if (told === call) told = null;
  };
}
