import { Tooltip as Radix } from "radix-ui";
import type { ReactElement, ReactNode } from "react";

/** A word about what is pointed at or focused. Never the only place where something is said. */
export function Tooltip({
  text,
  children,
  side,
}: {
  text: ReactNode;
  children: ReactElement;
  side?: "top" | "bottom" | "left" | "right";
}) {
  return (
    <Radix.Root>
      <Radix.Trigger asChild>{children}</Radix.Trigger>
      <Radix.Portal>
        <Radix.Content
          side={side}
          sideOffset={6}
          collisionPadding={8}
          className="z-50 max-w-72 animate-in rounded-lg border border-line-strong/50 bg-raised px-2.5 py-1.5 text-xs text-fg shadow-card"
        >
          {text}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

export const TooltipProvider = Radix.Provider;
