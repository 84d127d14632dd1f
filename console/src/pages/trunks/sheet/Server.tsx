import { t } from "@/app/i18n";
import { type Form, NumberField, SelectField, SwitchField, TextField } from "@/forms";
import { secretHint } from "@/parts/secrets";
import type { TrunkForm } from "../model";

/** Where the trunk is, and how we sign in there. */
export function Server({ form, fresh }: { form: Form<TrunkForm>; fresh: boolean }) {
  return (
    <div className="grid gap-5 sm:grid-cols-2">
      {fresh && (
        <TextField
          form={form}
          name="name"
          required
          autoFocus
          dir="ltr"
          label={t("Name")}
          placeholder="acme"
          className="sm:col-span-2"
        />
      )}
      <TextField
        form={form}
        name="host"
        required
        dir="ltr"
        label={t("Host")}
        placeholder="sip.example.com"
        hint={t("A domain or an address, without sip: and port.")}
      />
      <NumberField
        form={form}
        name="port"
        label={t("Port")}
        min={1}
        max={65535}
        hint={t("Empty: as DNS says, else 5060.")}
      />
      <SelectField
        form={form}
        name="transport"
        label={t("Transport")}
        choices={[
          { value: "udp", label: "UDP" },
          { value: "tcp", label: "TCP" },
          { value: "tls", label: "TLS" },
        ]}
      />
      <TextField
        form={form}
        name="outbound_proxy"
        dir="ltr"
        label={t("Outbound proxy")}
        placeholder="proxy.example.com:5060"
      />
      <SwitchField
        form={form}
        name="enabled"
        label={t("In use")}
        hint={t("Switched off, it is neither called by nor answered.")}
        className="sm:col-span-2"
      />
      <SwitchField
        form={form}
        name="register"
        label={t("Register there")}
        hint={t("As most carriers with a user name and password want it.")}
        className="sm:col-span-2"
      />
      <TextField
        form={form}
        name="username"
        dir="ltr"
        label={t("User name")}
        required={form.values.register}
      />
      <TextField
        form={form}
        name="password"
        type="password"
        label={t("Password")}
        hint={secretHint(form.values.password) ?? t("It is kept sealed, and never shown again.")}
      />
      <TextField
        form={form}
        name="auth_username"
        dir="ltr"
        label={t("User name to sign in with")}
        hint={t("Where it is another.")}
      />
      <TextField
        form={form}
        name="realm"
        dir="ltr"
        label={t("Realm")}
        hint={t("Empty: the one that asks first.")}
      />
      <NumberField form={form} name="expires_s" label={t("Registers for")} end="s" min={60} max={86_400} />
      <NumberField
        form={form}
        name="keep_alive_s"
        label={t("Sign of life every")}
        end="s"
        min={0}
        max={3600}
        hint={t("0: never.")}
      />
    </div>
  );
}
