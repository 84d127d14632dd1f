// What the API answers when it cannot do what it was asked: {"error": {code, message, detail}}.
import { t } from "@/app/i18n";

/** One error of the API, or of the way to it (`unreachable`, status 0). */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    /** For programs: `not_found`, `limit_reached`, … */
    readonly code: string,
    /** For people: what was wrong and how to mend it. */
    message: string,
    /** More of it: a sentence, or a list of fields. */
    readonly detail: unknown = null,
    /** Seconds after which it may be tried again (Retry-After). */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "ApiError";
  }

  /** Whether the same request may do better a moment later. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 503 || this.status === 504;
  }
}

export function unreachable(): ApiError {
  return new ApiError(
    0,
    "unreachable",
    t("The server cannot be reached."),
    t("Is it running? This page goes on by itself as soon as it answers."),
  );
}

/** The error in an answer's body, whoever wrote it (a proxy writes HTML). */
export function errorOf(status: number, body: unknown, headers?: Headers): ApiError {
  const told = record(record(body).error);
  const after = Number(headers?.get("Retry-After") ?? Number.NaN);
  const retry = Number.isFinite(after) ? after : null;
  if (typeof told.code === "string" && typeof told.message === "string")
    return new ApiError(status, told.code, told.message, told.detail ?? null, retry);
  return new ApiError(
    status,
    `http_${status}`,
    t("The server answered {status} without a word.", { status }),
    null,
    retry,
  );
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}
