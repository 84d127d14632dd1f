// Forms out of the JSON Schema of documents: which fields a node, an edge or a slot has, and what kind of control each wants.
import { isObject, type Json, type JsonObject } from "./document";

export type Control =
  | "line"
  | "text"
  | "expression"
  | "number"
  | "switch"
  | "choice"
  | "choices"
  | "lines"
  | "parts"
  | "map"
  | "union"
  | "object"
  | "json";

export interface FieldShape {
  name: string;
  /** What it means, in words. */
  about: string;
  control: Control;
  required: boolean;
  /** What counts where it is left out. */
  usual: Json | undefined;
  schema: JsonObject;
  /** Of `choice` and `choices`. */
  values: readonly string[];
  least?: number;
  most?: number;
  whole?: boolean;
  longest?: number;
  pattern?: string;
  /** null is a value of it, beside those of its control. */
  nothing: boolean;
}

/** The schema that the API tells, with what is found in it. */
export class DocumentSchema {
  constructor(private readonly root: JsonObject) {}

  /** What a reference stands for; anything else is itself. */
  resolved(schema: Json | undefined): JsonObject {
    if (!isObject(schema)) return {};
    const ref = schema.$ref;
    if (typeof ref !== "string") return schema;
    const parts = ref.replace(/^#\//, "").split("/");
    let found: Json | undefined = this.root;
    for (const part of parts) found = isObject(found) ? found[part] : undefined;
    // What stands beside the reference (a description of this field) counts, too.
    const { $ref: _, ...beside } = schema;
    return { ...this.resolved(found), ...beside };
  }

  /** The members of a union that are told apart by a field: by that field's value. */
  union(schema: JsonObject): { tag: string; kinds: Map<string, JsonObject> } | null {
    const told = schema.discriminator;
    if (!isObject(told) || typeof told.propertyName !== "string" || !isObject(told.mapping)) return null;
    const kinds = new Map<string, JsonObject>();
    for (const [kind, ref] of Object.entries(told.mapping))
      if (typeof ref === "string") kinds.set(kind, this.resolved({ $ref: ref }));
    return { tag: told.propertyName, kinds };
  }

  private items(field: string): Map<string, JsonObject> {
    const list = this.resolved(isObject(this.root.properties) ? this.root.properties[field] : undefined);
    return this.union(this.resolved(list.items))?.kinds ?? new Map();
  }

  /** Types of nodes, in the order of the document. */
  get nodes(): Map<string, JsonObject> {
    return this.items("nodes");
  }

  get edges(): Map<string, JsonObject> {
    return this.items("edges");
  }

  get variable(): JsonObject {
    const list = this.resolved(isObject(this.root.properties) ? this.root.properties.variables : undefined);
    return this.resolved(list.items);
  }

  get document(): JsonObject {
    return this.root;
  }

  /** The fields of an object, those that are always there first. `without`: told elsewhere. */
  fields(schema: JsonObject, without: readonly string[] = []): FieldShape[] {
    const required = Array.isArray(schema.required) ? schema.required : [];
    const properties = isObject(schema.properties) ? schema.properties : {};
    const found: FieldShape[] = [];
    for (const [name, raw] of Object.entries(properties)) {
      const about = isObject(raw) && typeof raw.description === "string" ? raw.description : "";
      const whole = this.resolved(raw);
      if (whole.const !== undefined || without.includes(name)) continue;
      found.push(this.shape(name, whole, about, required.includes(name)));
    }
    return found;
  }

  /** Of the entries of a list or a map. */
  shape(name: string, raw: JsonObject, about = "", required = true): FieldShape {
    const usual = raw.default;
    let schema = raw;
    let nothing = false;
    if (Array.isArray(raw.anyOf)) {
      const kinds = raw.anyOf.map((one) => this.resolved(one));
      nothing = kinds.some((one) => one.type === "null");
      const rest = kinds.filter((one) => one.type !== "null");
      const [only] = rest;
      schema = rest.length === 1 && only !== undefined ? only : {};
    }
    const values = Array.isArray(schema.enum) ? schema.enum.map(String) : [];
    const [least, most] = [numeric(schema.minimum ?? schema.exclusiveMinimum), numeric(schema.maximum)];
    const base = { name, about, required, usual, schema, nothing, values, least, most };
    const longest = numeric(schema.maxLength);
    const pattern = typeof schema.pattern === "string" ? schema.pattern : undefined;
    if (this.union(schema) !== null) return { ...base, control: "union" };
    switch (schema.type) {
      case "boolean":
        return { ...base, control: "switch" };
      case "integer":
      case "number":
        if (values.length > 0) return { ...base, control: "choice" };
        return { ...base, control: "number", whole: schema.type === "integer" };
      case "array": {
        const items = this.resolved(schema.items);
        if (Array.isArray(items.enum)) return { ...base, control: "choices", values: items.enum.map(String) };
        return { ...base, control: items.type === "object" ? "parts" : "lines" };
      }
      case "object":
        return { ...base, control: isObject(schema.properties) ? "object" : "map" };
      case "string": {
        if (values.length > 0) return { ...base, control: "choice" };
        const control = EXPRESSIONS.has(name)
          ? "expression"
          : longest !== undefined && longest >= LONG
            ? "text"
            : "line";
        return { ...base, control, longest, pattern };
      }
      default:
        return { ...base, control: "json" };
    }
  }

  /** What the entries of a map are. */
  values(schema: JsonObject): JsonObject {
    const told = [
      schema.additionalProperties,
      ...Object.values(isObject(schema.patternProperties) ? schema.patternProperties : {}),
    ];
    return this.resolved(told.find(isObject));
  }

  /** The least that fits a schema: what a new part begins as. */
  least(schema: JsonObject): Json {
    const whole = this.resolved(schema);
    if (whole.const !== undefined) return whole.const;
    if (whole.default !== undefined) return whole.default;
    const union = this.union(whole);
    if (union !== null) {
      const first = union.kinds.values().next().value;
      return first === undefined ? {} : this.least(first);
    }
    if (Array.isArray(whole.enum)) return whole.enum[0] ?? "";
    switch (whole.type) {
      case "object": {
        const required = Array.isArray(whole.required) ? whole.required : [];
        const properties = isObject(whole.properties) ? whole.properties : {};
        const found: JsonObject = {};
        for (const name of required)
          if (typeof name === "string") found[name] = this.least(this.resolved(properties[name]));
        return found;
      }
      case "array":
        return numeric(whole.minItems) ? [this.least(this.resolved(whole.items))] : [];
      case "boolean":
        return false;
      case "integer":
      case "number":
        return Math.max(1, numeric(whole.minimum) ?? 1);
      default:
        return "";
    }
  }

  /** What a part of another kind keeps of this one: the fields that both have. */
  become(value: JsonObject, tag: string, kind: string, schema: JsonObject): JsonObject {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const begins = this.least(schema);
    const kept = Object.fromEntries(
      Object.entries(value).filter(([name]) => name !== tag && properties[name] !== undefined),
    );
    return { ...(isObject(begins) ? begins : {}), ...kept, [tag]: kind };
  }
}

const EXPRESSIONS = new Set(["when", "body"]);
/** So long a text may be that wants several lines. */
const LONG = 1000;

function numeric(value: Json | undefined): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** What is wrong with what was typed, before the server is asked; empty: nothing. */
export function fault(
  field: FieldShape,
  value: Json | undefined,
): "" | "required" | "pattern" | "longest" | "least" | "most" | "whole" {
  if (value === undefined || value === null) return field.required && !field.nothing ? "required" : "";
  if (typeof value === "string") {
    if (value === "" && field.required && field.control !== "choice") return "required";
    if (field.longest !== undefined && value.length > field.longest) return "longest";
    if (field.pattern !== undefined && value !== "" && !new RegExp(field.pattern, "u").test(value))
      return "pattern";
  }
  if (typeof value === "number") {
    if (field.whole && !Number.isInteger(value)) return "whole";
    if (field.least !== undefined && value < field.least) return "least";
    if (field.most !== undefined && value > field.most) return "most";
  }
  return "";
}

/** A field's value put, or taken out where it is what counts anyway. */
export function put(part: JsonObject, field: FieldShape, value: Json | undefined): JsonObject {
  const gone =
    value === undefined || (!field.required && JSON.stringify(value) === JSON.stringify(field.usual));
  if (!gone) return { ...part, [field.name]: value };
  const { [field.name]: _, ...rest } = part;
  return rest;
}
