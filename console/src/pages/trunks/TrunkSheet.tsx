import { useQueryClient } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import { api, ok } from "@/api";
import { t } from "@/app/i18n";
import { ClashDialog, NumberField, SelectField, SwitchField, TextField, useForm, WordsField } from "@/forms";
import { type Trunk, trunksQuery } from "@/parts/data";
import { FormFoot } from "@/parts/FormFoot";
import { History } from "@/parts/History";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Sheet, Tabs, toast } from "@/ui";
import { bodyOf, formOf, MASK, NEW_TRUNK, type TrunkForm } from "./model";

/** The settings of a trunk. Secrets can be written, never read. */
export function TrunkSheet({
  trunk,
  numbers,
  onClose,
}: {
  trunk?: Trunk;
  numbers: string[];
  onClose: () => void;
}) {
  const queries = useQueryClient();
  const [part, setPart] = useState("server");
  const [removing, setRemoving] = useState(false);
  const fresh = trunk === undefined;
  const form = useForm<TrunkForm>({
    initial: trunk ? formOf(trunk) : NEW_TRUNK,
    version: trunk?.version,
    check: (values) => ({
      ...(values.name.trim() ? {} : { name: t("Give it a name: numbers and figures know it by that.") }),
      ...(values.host.trim() ? {} : { host: t("Name your carrier's SIP server.") }),
      ...(values.register && !values.username ? { username: t("It registers under a user name.") } : {}),
    }),
    save: async (values, version) => {
      if (fresh)
        await ok(
          api.POST("/api/telephony/trunks", { body: { ...bodyOf(values), name: values.name.trim() } }),
        );
      else
        await ok(
          api.PUT("/api/telephony/trunks/{name}", {
            params: { path: { name: trunk.name } },
            body: bodyOf(values, trunk),
            headers: version === null ? {} : { "If-Match": `"${version}"` },
          }),
        );
      await queries.invalidateQueries({ queryKey: trunksQuery.queryKey });
      toast.ok(t("{name} is saved. It counts from the next call on.", { name: values.name }));
      onClose();
    },
    reread: async () => {
      const path = { name: trunk?.name ?? "" };
      const now = await ok(api.GET("/api/telephony/trunks/{name}", { params: { path } }));
      return { values: formOf(now), version: now.version };
    },
  });
  const secret = (is: string) =>
    is === MASK ? t("Kept sealed. Write another one to change it.") : undefined;
  return (
    <Sheet
      open
      size="lg"
      unsaved={form.dirty && !form.busy}
      onOpenChange={(open) => !open && onClose()}
      title={fresh ? t("New trunk") : trunk.name}
      description={t("A server of your carrier, or your own exchange, that calls here and is called by.")}
      onSubmit={() => void form.submit()}
      footer={
        <FormFoot
          form={form}
          onCancel={onClose}
          verb={fresh ? t("Add it") : t("Save")}
          remove={fresh ? undefined : { icon: <Trash2 />, onClick: () => setRemoving(true) }}
        />
      }
    >
      <Tabs
        label={t("Parts of the trunk")}
        value={part}
        onChange={setPart}
        tabs={[
          {
            value: "server",
            label: t("Server"),
            content: (
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
                  hint={secret(form.values.password) ?? t("It is kept sealed, and never shown again.")}
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
                <NumberField
                  form={form}
                  name="expires_s"
                  label={t("Registers for")}
                  end="s"
                  min={60}
                  max={86_400}
                />
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
            ),
          },
          {
            value: "out",
            label: t("Calls out"),
            content: (
              <div className="grid gap-5 sm:grid-cols-2">
                <WordsField
                  form={form}
                  name="prefixes"
                  className="sm:col-span-2"
                  label={t("May be called by it")}
                  placeholder="+49, !+49900, *"
                  hint={t(
                    "Beginnings of numbers; the longest that fits decides, ! before one says no, * is any. Empty: none.",
                  )}
                />
                <NumberField
                  form={form}
                  name="priority"
                  label={t("Order")}
                  hint={t("The lowest is tried first; when it fails the next takes over.")}
                  min={0}
                  max={10_000}
                />
                <NumberField
                  form={form}
                  name="weight"
                  label={t("Weight")}
                  hint={t("Its share among trunks of the same order.")}
                  min={1}
                  max={1000}
                />
                <NumberField
                  form={form}
                  name="max_calls"
                  label={t("Calls at once")}
                  hint={t("0: as many as we can.")}
                  min={0}
                  max={10_000}
                />
                <NumberField
                  form={form}
                  name="max_cps"
                  label={t("New calls a second")}
                  hint={t("0: no limit.")}
                  min={0}
                  max={1000}
                />
                <NumberField
                  form={form}
                  name="first_response_s"
                  label={t("The next is tried after silence of")}
                  end="s"
                  step={0.1}
                  min={0.2}
                  max={32}
                />
                <NumberField
                  form={form}
                  name="progress_s"
                  label={t("… and without ringing for")}
                  end="s"
                  min={0}
                  max={300}
                  hint={t("0: as long as the caller waits.")}
                />
                <TextField
                  form={form}
                  name="dial_strip"
                  dir="ltr"
                  label={t("Taken from the number")}
                  placeholder="+"
                />
                <TextField
                  form={form}
                  name="dial_prepend"
                  dir="ltr"
                  label={t("Put before it")}
                  placeholder="00"
                />
                <SelectField
                  form={form}
                  name="caller_mode"
                  label={t("Caller's number")}
                  choices={[
                    { value: "pass", label: t("Its own") },
                    { value: "fixed", label: t("Always the one below") },
                    { value: "allowed", label: t("Its own where allowed") },
                  ]}
                />
                <TextField
                  form={form}
                  name="caller_number"
                  dir="ltr"
                  type="tel"
                  label={t("Number")}
                  placeholder="+4930123456"
                />
                {form.values.caller_mode === "allowed" && (
                  <WordsField
                    form={form}
                    name="caller_allowed"
                    label={t("Allowed")}
                    placeholder="+4930123*"
                    className="sm:col-span-2"
                  />
                )}
                <SelectField
                  form={form}
                  name="caller_privacy"
                  label={t("Hidden from the called")}
                  choices={[
                    { value: "pass", label: t("As the caller wants it") },
                    { value: "always", label: t("Always") },
                    { value: "never", label: t("Never") },
                  ]}
                />
                <TextField
                  form={form}
                  name="from_domain"
                  dir="ltr"
                  label={t("Our domain")}
                  hint={t("Empty: its host.")}
                />
                <SwitchField
                  form={form}
                  name="user_phone"
                  label={t("Write ;user=phone behind numbers")}
                  className="sm:col-span-2"
                />
              </div>
            ),
          },
          {
            value: "in",
            label: t("Calls in"),
            content: (
              <div className="grid gap-5 sm:grid-cols-2">
                <WordsField
                  form={form}
                  name="networks"
                  className="sm:col-span-2"
                  label={t("Its calls come from")}
                  placeholder="198.51.100.0/24"
                  hint={t("Addresses and networks. Empty: those of its host.")}
                />
                <TextField
                  form={form}
                  name="header"
                  type="password"
                  className="sm:col-span-2"
                  label={t("Secret header of its calls")}
                  hint={secret(form.values.header) ?? t("As “Name: value”, where the carrier can send one.")}
                />
                <WordsField
                  form={form}
                  name="may_dial"
                  className="sm:col-span-2"
                  label={t("Its callers may dial")}
                  placeholder="+4930*"
                  hint={t("Empty: all agents, and no extension.")}
                />
                <TextField
                  form={form}
                  name="receive_strip"
                  dir="ltr"
                  label={t("Taken from numbers that it sends")}
                  placeholder="00"
                />
                <TextField
                  form={form}
                  name="receive_prepend"
                  dir="ltr"
                  label={t("Put before them")}
                  placeholder="+"
                />
              </div>
            ),
          },
          {
            value: "media",
            label: t("Audio & trust"),
            content: (
              <div className="grid gap-5 sm:grid-cols-2">
                <WordsField
                  form={form}
                  name="codecs"
                  className="sm:col-span-2"
                  label={t("Codecs, in this order")}
                  placeholder="PCMU, PCMA, G722, opus"
                />
                <SelectField
                  form={form}
                  name="encryption"
                  label={t("Encryption (SRTP)")}
                  choices={[
                    { value: "off", label: t("Off") },
                    { value: "optional", label: t("Where it can") },
                    { value: "required", label: t("Always") },
                  ]}
                />
                <SelectField
                  form={form}
                  name="identity"
                  label={t("Callers' signatures (STIR/SHAKEN)")}
                  choices={[
                    { value: "pass", label: t("Handed on") },
                    { value: "verify", label: t("Verified") },
                    { value: "require", label: t("No call without one that holds") },
                  ]}
                />
                <SelectField
                  form={form}
                  name="sign"
                  label={t("We vouch for our callers")}
                  choices={[
                    { value: "off", label: t("No") },
                    { value: "A", label: t("A: in full") },
                    { value: "B", label: t("B: in part") },
                    { value: "C", label: t("C: as a gateway") },
                  ]}
                />
              </div>
            ),
          },
          ...(trunk
            ? [
                {
                  value: "history",
                  label: t("History"),
                  content: <History subject={`trunk:${trunk.name}`} />,
                },
              ]
            : []),
        ]}
      />
      {/* Settings by their names in docs/interop.md: there are some forty. */}
      <ClashDialog form={form} what={form.values.name} label={(field) => field.replaceAll("_", " ")} />
      {trunk && (
        <RemoveDialog
          open={removing}
          onOpenChange={setRemoving}
          name={trunk.name}
          text={t("Calls that are up go on. Its password is gone for good.")}
          dependents={[{ what: t("Numbers whose calls come by it"), names: numbers }]}
          onConfirm={async () => {
            await ok(api.DELETE("/api/telephony/trunks/{name}", { params: { path: { name: trunk.name } } }));
            await queries.invalidateQueries({ queryKey: trunksQuery.queryKey });
            toast.ok(t("{name} is removed.", { name: trunk.name }));
            onClose();
          }}
        />
      )}
    </Sheet>
  );
}
