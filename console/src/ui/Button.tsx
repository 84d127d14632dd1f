import { cva, type VariantProps } from "class-variance-authority";
import { LoaderCircle } from "lucide-react";
import { Slot } from "radix-ui";
import type { ButtonHTMLAttributes, ReactNode, Ref } from "react";
import { cn } from "./cn";
import { Tooltip } from "./Tooltip";

const look = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-xl font-medium transition-colors duration-150 disabled:cursor-not-allowed disabled:opacity-50 aria-disabled:opacity-50 [&_svg]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        primary:
          "bg-primary text-primary-fg shadow-glow hover:bg-primary-hover border border-white/10 bg-linear-to-b from-white/12 to-transparent",
        gold: "bg-gold text-gold-fg hover:brightness-110 border border-white/20 bg-linear-to-b from-white/25 to-transparent",
        secondary: "border border-line-strong/60 bg-hover text-fg hover:bg-selected",
        ghost: "text-muted hover:bg-hover hover:text-fg",
        danger: "bg-bad-fill text-white hover:brightness-110 border border-white/10",
        dangerGhost: "text-bad hover:bg-bad-soft",
      },
      size: {
        sm: "h-8 px-3 text-[0.8125rem] rounded-lg",
        md: "h-10 px-4 text-sm",
        lg: "h-12 px-6 text-base [&_svg]:size-5",
      },
    },
    defaultVariants: { variant: "secondary", size: "md" },
  },
);

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement>, VariantProps<typeof look> {
  /** Before the text. */
  icon?: ReactNode;
  /** A spinner takes the icon's place, and it cannot be pressed again. */
  loading?: boolean;
  /** The only child (a link) is drawn as the button. */
  asChild?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

/** What is pressed. `variant`: primary, gold (the one thing to do on a page), secondary, ghost, danger, dangerGhost. */
export function Button({ variant, size, icon, loading, asChild, className, children, ...rest }: ButtonProps) {
  const classes = cn(look({ variant, size }), className);
  if (asChild) {
    return (
      <Slot.Root className={classes} {...rest}>
        {children}
      </Slot.Root>
    );
  }
  return (
    <button
      type="button"
      {...rest}
      className={classes}
      disabled={rest.disabled || loading}
      aria-busy={loading || undefined}
    >
      {loading ? <LoaderCircle className="animate-spin" aria-hidden /> : icon}
      {children}
    </button>
  );
}

const square = { sm: "size-8 px-0", md: "size-10 px-0", lg: "size-12 px-0" } as const;

export interface IconButtonProps extends Omit<ButtonProps, "icon" | "children" | "asChild"> {
  /** What it does, in words: read out, and shown as a tooltip. */
  label: string;
  children: ReactNode;
  /** No tooltip, where the label stands beside it already. */
  quiet?: boolean;
  /** Pressed or not, for what can be switched. */
  pressed?: boolean;
}

/** A button of an icon alone. */
export function IconButton({
  label,
  size = "md",
  variant = "ghost",
  quiet,
  pressed,
  className,
  ...rest
}: IconButtonProps) {
  const button = (
    <Button
      variant={variant}
      size={size}
      aria-label={label}
      aria-pressed={pressed}
      className={cn(square[size ?? "md"], pressed && "bg-selected text-fg", className)}
      {...rest}
    />
  );
  return quiet ? button : <Tooltip text={label}>{button}</Tooltip>;
}
