// Secrets in forms: they can be written, never read.
import { t } from "@/app/i18n";

/** What stands in the place of a secret; sent back it means the one that is there. */
export const MASK = "********";

/** What is said at a secret that is there; undefined: there is none. */
export function secretHint(value: string): string | undefined {
  return value === MASK ? t("Kept sealed. Write another one to change it.") : undefined;
}
