import { CodeLine, cn } from "@/ui";
import { commandsIn, told } from "./lacks";

/** What is missing, with each command ready to be copied. */
export function Lacks({ text }: { text: string }) {
  const parts = told(text);
  const commands = [...new Set(commandsIn(text))];
  return (
    <div className="space-y-2">
      <p
        className={cn(
          "break-words text-muted text-sm leading-relaxed",
          !parts[0]?.command && "first-letter:uppercase",
        )}
      >
        {parts.map((part, at) =>
          part.command ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
            <code key={at} className="rounded bg-sunken px-1 py-0.5 text-[0.8125rem] text-fg">
              {part.text}
            </code>
          ) : (
            part.text
          ),
        )}
      </p>
      {commands.map((command) => (
        <CodeLine key={command} text={command} />
      ))}
    </div>
  );
}
