import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, ifMatch, ok } from "@/api";
import { t } from "@/app/i18n";
import { ClashDialog, useForm } from "@/forms";
import { type Trunk, trunksQuery } from "@/parts/data";
import { FormSheet } from "@/parts/FormSheet";
import { History } from "@/parts/History";
import { RemoveDialog } from "@/parts/RemoveDialog";
import { Tabs, toast } from "@/ui";
import { bodyOf, formOf, NEW_TRUNK, type TrunkForm } from "./model";
import { type Chosen, patchOf, settingsOf } from "./presets";
import { AudioAndTrust } from "./sheet/AudioAndTrust";
import { CallsIn } from "./sheet/CallsIn";
import { CallsOut } from "./sheet/CallsOut";
import { PresetFields } from "./sheet/PresetFields";
import { Server } from "./sheet/Server";

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
  const [preset, setPreset] = useState<Chosen | null>(null);
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
          api.POST("/api/telephony/trunks", {
            body: {
              // What the form does not show of a preset (rules for numbers) goes along.
              ...bodyOf(values, preset ? (settingsOf(preset) as unknown as Trunk) : undefined),
              name: values.name.trim(),
            },
          }),
        );
      else
        await ok(
          api.PUT("/api/telephony/trunks/{name}", {
            params: { path: { name: trunk.name } },
            body: bodyOf(values, trunk),
            headers: ifMatch(version),
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
  return (
    <FormSheet
      form={form}
      fresh={fresh}
      onClose={onClose}
      size="lg"
      title={fresh ? t("New trunk") : trunk.name}
      description={t("A server of your carrier, or your own exchange, that calls here and is called by.")}
      removal={(dialog) =>
        trunk && (
          <RemoveDialog
            {...dialog}
            name={trunk.name}
            text={t("Calls that are up go on. Its password is gone for good.")}
            dependents={[{ what: t("Numbers whose calls come by it"), names: numbers }]}
            onConfirm={async () => {
              await ok(
                api.DELETE("/api/telephony/trunks/{name}", { params: { path: { name: trunk.name } } }),
              );
              await queries.invalidateQueries({ queryKey: trunksQuery.queryKey });
              toast.ok(t("{name} is removed.", { name: trunk.name }));
              onClose();
            }}
          />
        )
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
              <div className="space-y-5">
                {fresh && (
                  <PresetFields
                    choice={preset}
                    onChange={(choice) => {
                      setPreset(choice);
                      if (choice) form.patch(patchOf(choice));
                    }}
                  />
                )}
                <Server form={form} fresh={fresh} />
              </div>
            ),
          },
          {
            value: "out",
            label: t("Calls out"),
            content: <CallsOut form={form} />,
          },
          {
            value: "in",
            label: t("Calls in"),
            content: <CallsIn form={form} />,
          },
          {
            value: "media",
            label: t("Audio & trust"),
            content: <AudioAndTrust form={form} />,
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
    </FormSheet>
  );
}
