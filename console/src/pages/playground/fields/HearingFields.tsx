import { useEffect, useState } from "react";
import { t } from "@/app/i18n";
import { type Device, listDevices, watchDevices } from "@/phone/devices";
import { Badge, Field, Select, Switch } from "@/ui";
import type { Settings } from "../settings";
import { Group } from "./Group";
import type { Setter } from "./TurnFields";

/** Which microphone, and what is made of its sound. */
export function HearingFields({ settings, set, busy }: { settings: Settings; set: Setter; busy: boolean }) {
  const devices = useMicrophones(busy);
  return (
    <Group title={t("Your microphone")}>
      {devices.length > 0 && (
        <Field label={t("Microphone")}>
          <Select
            value={settings.device}
            onChange={(device) => set({ device })}
            choices={[
              { value: "", label: t("The usual one") },
              ...devices.map(({ id, label }) => ({ value: id, label: label || t("Microphone") })),
            ]}
          />
        </Field>
      )}
      <Switch
        checked={settings.processed}
        onChange={(processed) => set({ processed })}
        label={t("Clean it up")}
        hint={t("Echo, noise and level, by the browser. Leave it on with loudspeakers.")}
      />
      <Switch
        checked={settings.mood}
        onChange={(mood) => set({ mood })}
        label={
          <span className="inline-flex items-center gap-2">
            {t("Mood")} <Badge tone="info">{t("estimate")}</Badge>
          </span>
        }
        hint={t("How you seem to feel, by voice and words. Nothing should hang on one turn.")}
      />
    </Group>
  );
}

/** Their names are known once one was allowed. */
function useMicrophones(busy: boolean): readonly Device[] {
  const [found, setFound] = useState<readonly Device[]>([]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: permission comes with a conversation
  useEffect(() => {
    let over = false;
    const look = async () => {
      const { microphones } = await listDevices();
      if (!over) setFound(microphones);
    };
    void look();
    const unwatch = watchDevices(() => void look());
    return () => {
      over = true;
      unwatch();
    };
  }, [busy]);
  return found;
}
