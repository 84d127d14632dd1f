// Microphone, loudspeaker and what rings: chosen, metered, tried.
import { Bell, Mic, Volume2 } from "lucide-react";
import { type ReactNode, useEffect, useState } from "react";
import { t } from "@/app/i18n";
import { type Fault, FaultError } from "@/audio/fault";
import { isAnswered } from "@/phone/call";
import { openMicrophone, type Role } from "@/phone/devices";
import { FaultNote } from "@/phone/FaultNote";
import { useLevel } from "@/phone/moving";
import { softphone } from "@/phone/softphone";
import { usePhone } from "@/phone/usePhone";
import { Button, Card, Field, Meter, Select } from "@/ui";
import { Notices } from "./Notices";

export function DevicesPanel() {
  const { devices, calls, shown } = usePhone();
  const [trying, setTrying] = useState<MediaStream | null>(null);
  const [fault, setFault] = useState<Fault | null>(null);
  const talking = calls.find((call) => call.id === shown && isAnswered(call));
  const stream = talking ? softphone.microphoneOf(talking.id) : trying;
  const level = useLevel(stream);
  useEffect(() => () => stop(trying), [trying]);
  useEffect(() => void softphone.refreshDevices(), []);

  async function tryMicrophone() {
    setFault(null);
    if (trying !== null) {
      setTrying(null);
      return;
    }
    try {
      setTrying(await openMicrophone());
      void softphone.refreshDevices();
    } catch (error) {
      setFault(error instanceof FaultError ? error.fault : { name: "microphone_busy" });
    }
  }
  async function choose(role: Role, id: string) {
    await softphone.choose(role, id);
    if (role === "microphone" && trying !== null) setTrying(await openMicrophone().catch(() => null));
  }

  const own = t("The system's own");
  const choices = (list: typeof devices.microphones) =>
    list.map(({ id, label }, index) => ({
      value: id,
      label: label || t("Device {number}", { number: index + 1 }),
    }));
  return (
    <Card
      title={t("Devices")}
      description={
        devices.named ? undefined : t("Their names are shown once you have permitted the microphone.")
      }
    >
      {fault && <FaultNote fault={fault} onClose={() => setFault(null)} className="mb-4" />}
      <div className="space-y-5">
        <div>
          <Field label={t("Microphone")}>
            <Select
              value={devices.chosen.microphone}
              onChange={(id) => void choose("microphone", id)}
              choices={choices(devices.microphones)}
              placeholder={own}
            />
          </Field>
          <div className="mt-2.5 flex items-center gap-3">
            <Mic className="size-4 shrink-0 text-faint" aria-hidden />
            <Meter value={level} label={t("Level of the microphone")} className="flex-1" bars={24} />
            {!talking && (
              <Button size="sm" onClick={() => void tryMicrophone()}>
                {trying === null ? t("Try") : t("Stop")}
              </Button>
            )}
          </div>
        </div>
        {devices.choosable && (
          <>
            <Output
              device="speaker"
              label={t("Loudspeaker")}
              own={own}
              choices={choices(devices.speakers)}
              icon={<Volume2 />}
            />
            <Output
              device="ring"
              label={t("Rings on")}
              own={own}
              choices={choices(devices.speakers)}
              icon={<Bell />}
            />
          </>
        )}
        <Notices />
      </div>
    </Card>
  );
}

interface OutputProps {
  device: "speaker" | "ring";
  label: string;
  own: string;
  choices: { value: string; label: string }[];
  icon: ReactNode;
}

function Output({ device, label, own, choices, icon }: OutputProps) {
  const { devices } = usePhone();
  return (
    <div className="flex items-end gap-2">
      <Field label={label} className="flex-1">
        <Select
          value={devices.chosen[device]}
          onChange={(id) => void softphone.choose(device, id)}
          choices={choices}
          placeholder={own}
        />
      </Field>
      <Button icon={icon} onClick={() => void softphone.test(device)}>
        {t("Test tone")}
      </Button>
    </div>
  );
}

function stop(stream: MediaStream | null) {
  for (const track of stream?.getTracks() ?? []) track.stop();
}
