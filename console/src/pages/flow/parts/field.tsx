import { type ReactNode, useId } from "react";
import { t, tn } from "@/app/i18n";
import type { Json, JsonObject } from "../model/document";
import { atField, type Problem } from "../model/problems";
import { type DocumentSchema, type FieldShape, fault } from "../model/schema";

/** What forms offer to choose from, by the name of the field. */
export interface Offers {
  variables: readonly string[];
  agents: readonly string[];
  flows: readonly string[];
  voices: readonly { value: string; label: string; about?: string }[];
  trunks: readonly string[];
}

/** What the control of one field is handed. */
export interface FieldProps {
  schema: DocumentSchema;
  field: FieldShape;
  value: Json | undefined;
  onChange: (value: Json | undefined) => void;
  problems: readonly Problem[];
  offers: Offers;
  path: string;
  readOnly?: boolean;
}

export function Group({
  label,
  about,
  error,
  children,
}: {
  label: string;
  about?: string;
  error: string;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <fieldset aria-describedby={about ? id : undefined} className="min-w-0">
      <legend className="mb-1.5 font-medium text-fg text-sm">{label}</legend>
      {children}
      {about && (
        <p id={id} className="mt-1.5 text-faint text-xs leading-relaxed">
          {about}
        </p>
      )}
      {error && <Wrong>{error}</Wrong>}
    </fieldset>
  );
}

export function Wrong({ children }: { children: ReactNode }) {
  return (
    <p role="alert" className="mt-1.5 text-bad text-xs leading-relaxed">
      {children}
    </p>
  );
}

/** What is wrong with a field: what can be seen here, else what the server says. */
export function wrong({ field, value, problems, path }: FieldProps): string {
  const here = faultText(field, value);
  const told = atField(problems, path)[0];
  if (told !== undefined) return [told.what, told.remedy].filter(Boolean).join(". ");
  return here;
}

/** Of a part whose own fields say the rest. */
export function ownError({ problems, path }: FieldProps): string {
  const told = problems.find((one) => one.path === path);
  return told === undefined ? "" : [told.what, told.remedy].filter(Boolean).join(". ");
}

export function faultText(field: FieldShape, value: Json | undefined): string {
  switch (fault(field, value)) {
    case "pattern":
      return t("That is not how this is written.");
    case "longest":
      return tn("At most {count} character.", "At most {count} characters.", field.longest ?? 0);
    case "least":
      return t("At least {count}.", { count: field.least ?? 0 });
    case "most":
      return t("At most {count}.", { count: field.most ?? 0 });
    case "whole":
      return t("A whole number, please.");
    default:
      return "";
  }
}

export function about(shape: JsonObject | undefined): string {
  return shape !== undefined && typeof shape.description === "string" ? shape.description : "";
}

export function listed(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

export function freshName(map: JsonObject, wanted: readonly string[]): string {
  const free = wanted.find((one) => map[one] === undefined);
  if (free !== undefined) return free;
  for (let count = 1; ; count += 1) if (map[`name${count}`] === undefined) return `name${count}`;
}
