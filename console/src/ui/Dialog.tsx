import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type FormEvent, type ReactNode, useState } from "react";
import { t } from "@/app/i18n";
import { useUnsaved } from "@/app/leaving";
import { Button, IconButton } from "./Button";
import { cn } from "./cn";

export interface DialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  description?: ReactNode;
  children?: ReactNode;
  /** Buttons at its foot. */
  footer?: ReactNode;
  size?: "sm" | "md" | "lg" | "xl";
  /** With it the whole is a form, and Enter does this. */
  onSubmit?: () => void;
  /** It stays when what lies around it is pressed (something that is shown once). */
  sticky?: boolean;
  /** Something was typed and is not kept yet: it stays when what lies around it is pressed, and Escape and its cross ask first. */
  unsaved?: boolean;
}

const widths = { sm: "max-w-md", md: "max-w-lg", lg: "max-w-2xl", xl: "max-w-4xl" } as const;
const shade = "fixed inset-0 z-40 animate-fade bg-shade backdrop-blur-[3px]";
const panel =
  "fixed z-40 flex flex-col border border-line-strong/40 bg-raised text-fg shadow-card outline-none";

/** Something that must be settled first. Focus is kept inside; Escape closes it. */
export function Dialog(props: DialogProps) {
  return (
    <Framed
      {...props}
      className="inset-x-0 bottom-0 mx-auto max-h-[92dvh] w-full animate-in rounded-t-2xl sm:bottom-auto sm:inset-y-0 sm:my-auto sm:h-fit sm:max-h-[88dvh] sm:rounded-2xl"
    />
  );
}

/** A panel at the end of the screen: details of what is chosen beside it, forms. */
export function Sheet(props: DialogProps) {
  return (
    <Framed {...props} className="inset-y-0 end-0 w-full animate-slide-end border-y-0 border-e-0" fills />
  );
}

function Framed({
  open,
  onOpenChange,
  title,
  description,
  children,
  footer,
  size = "md",
  onSubmit,
  sticky,
  unsaved,
  className,
  fills,
}: DialogProps & {
  /** Where it stands. */
  className: string;
  /** It is as high as the screen, however little is in it. */
  fills?: boolean;
}) {
  const [close, question] = useAsking(open, onOpenChange, unsaved);
  return (
    <Radix.Root open={open} onOpenChange={close}>
      <Radix.Portal>
        <Radix.Overlay className={shade} />
        <Radix.Content
          {...(description ? {} : { "aria-describedby": undefined })}
          onPointerDownOutside={(event) => (sticky || unsaved) && event.preventDefault()}
          className={cn(panel, className, widths[size])}
        >
          <Sent onSubmit={onSubmit}>
            <Head title={title} description={description} />
            {(children || fills) && (
              <div className="scroll-quiet min-h-0 flex-1 overflow-y-auto px-6 pb-6">{children}</div>
            )}
            {footer && <Foot>{footer}</Foot>}
          </Sent>
          {question}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}

/** How it is closed, and the question that stands before that where something typed would be lost. */
function useAsking(open: boolean, onOpenChange: (open: boolean) => void, unsaved = false) {
  const [asking, setAsking] = useState(false);
  useUnsaved(open && unsaved, "dialog");
  const close = (now: boolean) => (!now && unsaved ? setAsking(true) : onOpenChange(now));
  const question = asking && (
    <ConfirmDialog
      open
      onOpenChange={setAsking}
      title={t("Close without saving?")}
      text={t("What you typed here is not saved, and would be lost.")}
      action={t("Discard it")}
      cancel={t("Go on writing")}
      danger
      onConfirm={() => {
        onOpenChange(false);
        return undefined;
      }}
    />
  );
  return [close, question] as const;
}

function Sent({ onSubmit, children }: { onSubmit?: () => void; children: ReactNode }) {
  if (!onSubmit) return children;
  const sent = (event: FormEvent) => {
    event.preventDefault();
    event.stopPropagation(); // React bubbles through portals: a form around the dialog is not meant
    onSubmit();
  };
  return (
    <form onSubmit={sent} noValidate className="flex min-h-0 flex-1 flex-col">
      {children}
    </form>
  );
}

function Head({ title, description }: { title: ReactNode; description?: ReactNode }) {
  return (
    <header className="flex items-start justify-between gap-4 px-6 pt-5 pb-4">
      <div className="min-w-0">
        <Radix.Title className="break-words font-display font-semibold text-lg leading-snug">
          {title}
        </Radix.Title>
        {description && (
          <Radix.Description className="mt-1 text-muted text-sm leading-relaxed">
            {description}
          </Radix.Description>
        )}
      </div>
      <Radix.Close asChild>
        <IconButton label={t("Close")} size="sm" quiet className="-me-2 -mt-1">
          <X />
        </IconButton>
      </Radix.Close>
    </header>
  );
}

function Foot({ children }: { children: ReactNode }) {
  return (
    <footer className="flex flex-wrap items-center justify-end gap-2 border-line border-t px-6 py-4">
      {children}
    </footer>
  );
}

export interface ConfirmDialogProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: ReactNode;
  /** What will happen, and whether it can be undone. */
  text: ReactNode;
  /** The verb on the button ("Remove"), never "OK". */
  action: string;
  danger?: boolean;
  /** What the other button says. */
  cancel?: string;
  /** Closes the dialog when it resolves; what it rejects with is shown inside. */
  onConfirm: () => Promise<unknown> | undefined;
}

/** Asks before something that cannot be taken back. */
export function ConfirmDialog({
  open,
  onOpenChange,
  title,
  text,
  action,
  danger,
  cancel,
  onConfirm,
}: ConfirmDialogProps) {
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState("");
  async function confirm() {
    setBusy(true);
    setFault("");
    try {
      await onConfirm();
      onOpenChange(false);
    } catch (error) {
      setFault(error instanceof Error ? error.message : String(error));
    } finally {
      setBusy(false);
    }
  }
  return (
    <Dialog
      open={open}
      onOpenChange={onOpenChange}
      title={title}
      description={text}
      size="sm"
      footer={
        <>
          <Button variant="ghost" onClick={() => onOpenChange(false)}>
            {cancel ?? t("Cancel")}
          </Button>
          <Button variant={danger ? "danger" : "primary"} loading={busy} onClick={confirm}>
            {action}
          </Button>
        </>
      }
    >
      {fault && (
        <p role="alert" className="rounded-lg bg-bad-soft px-3 py-2 text-bad text-sm">
          {fault}
        </p>
      )}
    </Dialog>
  );
}
