import { Fragment } from "react";

/** A sentence of the server's, whose `code` in backticks is shown as such. Never markup. It keeps its own direction among words of another. */
export function Words({ text }: { text: string }) {
  const parts = text.split(/(`[^`\n]+`)/);
  return (
    <bdi>
      {parts.map((part, index) =>
        part.length > 2 && part.startsWith("`") ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
          <code key={index} dir="ltr" className="break-words rounded bg-hover px-1 py-px text-[0.9em]">
            {part.slice(1, -1)}
          </code>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: parts of one text
          <Fragment key={index}>{part}</Fragment>
        ),
      )}
    </bdi>
  );
}
