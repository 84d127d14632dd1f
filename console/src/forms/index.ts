// Forms over the API: `import { TextField, useForm } from "@/forms"`.
export { ClashDialog } from "./ClashDialog";
export { type Faults, faultsOf } from "./errors";
export {
  AreaField,
  ComboField,
  NumberField,
  NumberInput,
  OrderInput,
  SelectField,
  SwitchField,
  TextField,
  WordsField,
  WordsInput,
} from "./fields";
export { merged, same } from "./merging";
export { type Setting, type Settings, SettingsFields, withSetting } from "./SettingsFields";
export { type Form, useForm } from "./useForm";
