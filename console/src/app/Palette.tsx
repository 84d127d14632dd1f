import { Command } from "cmdk";
import { Phone, Search } from "lucide-react";
import { Dialog } from "radix-ui";
import { useState } from "react";
import { useLocation } from "wouter";
import { type Action, useOffered } from "./actions";
import { t } from "./i18n";
import { useSession } from "./session";
import { useThings } from "./things";

const item =
  "flex cursor-default items-center gap-3 rounded-lg px-3 py-2.5 text-fg text-sm data-[selected=true]:bg-selected [&_svg]:size-4 [&_svg]:text-gold-text";
const group =
  "[&_[cmdk-group-heading]]:px-3 [&_[cmdk-group-heading]]:pt-3 [&_[cmdk-group-heading]]:pb-1 [&_[cmdk-group-heading]]:font-medium [&_[cmdk-group-heading]]:text-faint [&_[cmdk-group-heading]]:text-xs";

/** Everything there is, found by typing: actions of this page, all pages, theme and language. */
export default function Palette({
  open,
  onOpenChange,
  pages,
  more,
}: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  pages: readonly Action[];
  more: readonly Action[];
}) {
  const offered = useOffered();
  const [typed, setTyped] = useState("");
  const [, go] = useLocation();
  const { session } = useSession();
  const groups = [
    { heading: t("On this page"), actions: offered },
    { heading: t("Pages"), actions: pages },
    { heading: t("Look and language"), actions: more },
  ];
  const asked = typed.trim();
  const things = useThings(asked !== "");
  const went = (path: string) => {
    onOpenChange(false);
    go(path);
  };
  function run(action: Action) {
    onOpenChange(false);
    setTyped("");
    action.run();
  }
  return (
    <Dialog.Root open={open} onOpenChange={onOpenChange}>
      <Dialog.Portal>
        <Dialog.Overlay className="fixed inset-0 z-50 animate-fade bg-shade backdrop-blur-[3px]" />
        <Dialog.Content
          aria-describedby={undefined}
          className="fixed inset-x-3 top-[12dvh] z-50 mx-auto max-w-xl animate-in overflow-hidden rounded-2xl border border-line-strong/50 bg-raised shadow-card"
        >
          <Dialog.Title className="sr-only">{t("Go to, or do")}</Dialog.Title>
          <Command label={t("Go to, or do")} loop>
            <div className="flex items-center gap-3 border-line border-b px-4">
              <Search className="size-4 shrink-0 text-faint" aria-hidden />
              <Command.Input
                value={typed}
                onValueChange={setTyped}
                placeholder={t("Go to, or do…")}
                className="h-13 w-full bg-transparent text-fg outline-none placeholder:text-faint"
              />
            </div>
            <Command.List className="scroll-quiet max-h-[min(26rem,60dvh)] overflow-y-auto p-2">
              <Command.Empty className="px-3 py-8 text-center text-muted text-sm">
                {t("Nothing fits what you typed.")}
              </Command.Empty>
              {groups.map(
                ({ heading, actions }) =>
                  actions.length > 0 && (
                    <Command.Group key={heading} heading={heading} className={group}>
                      {actions.map((one) => (
                        <Command.Item
                          key={one.id}
                          value={one.id}
                          keywords={[one.label, one.words ?? ""]}
                          onSelect={() => run(one)}
                          className={item}
                        >
                          {one.icon}
                          <span className="min-w-0 flex-1 truncate">{one.label}</span>
                          {one.keys && <kbd className="text-faint text-xs">{one.keys}</kbd>}
                        </Command.Item>
                      ))}
                    </Command.Group>
                  ),
              )}
              {things.length > 0 && (
                <Command.Group heading={t("By name")} className={group}>
                  {things.map((one) => (
                    <Command.Item
                      key={`${one.kind} ${one.id} ${one.label}`}
                      value={`${one.kind} ${one.id} ${one.label}`}
                      keywords={[one.label, one.kind, one.words]}
                      onSelect={() => went(one.href)}
                      className={item}
                    >
                      <bdi className="min-w-0 flex-1 truncate">{one.label}</bdi>
                      <span className="text-faint text-xs">{one.kind}</span>
                    </Command.Item>
                  ))}
                </Command.Group>
              )}
              {asked !== "" && session?.signed_in && (
                <Command.Group heading={t("With what you typed")} className={group} forceMount>
                  <Command.Item
                    forceMount
                    value="search calls"
                    onSelect={() => went(`/calls?q=${encodeURIComponent(asked)}`)}
                    className={item}
                  >
                    <Search aria-hidden />
                    <span className="min-w-0 flex-1 truncate">
                      {t("Calls in which “{words}” was said", { words: asked })}
                    </span>
                  </Command.Item>
                  <Command.Item
                    forceMount
                    value="dial"
                    onSelect={() => went(`/phone?to=${encodeURIComponent(asked)}`)}
                    className={item}
                  >
                    <Phone aria-hidden />
                    <span className="min-w-0 flex-1 truncate">{t("Call {name}", { name: asked })}</span>
                  </Command.Item>
                </Command.Group>
              )}
            </Command.List>
          </Command>
        </Dialog.Content>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
