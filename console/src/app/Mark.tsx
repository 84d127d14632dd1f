import { useId } from "react";

/** VoiceForge's mark: a voice's bars, struck in gold on purple. */
export function Mark({ className }: { className?: string }) {
  const id = useId();
  return (
    <svg viewBox="0 0 64 64" className={className} aria-hidden="true" focusable="false">
      <defs>
        <linearGradient id={`${id}p`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stopColor="hsl(266 82% 62%)" />
          <stop offset="1" stopColor="hsl(266 78% 34%)" />
        </linearGradient>
        <linearGradient id={`${id}g`} x1="0" y1="0" x2="0" y2="1">
          <stop offset="0" stopColor="hsl(46 98% 74%)" />
          <stop offset="1" stopColor="hsl(38 92% 54%)" />
        </linearGradient>
      </defs>
      <rect width="64" height="64" rx="17" fill={`url(#${id}p)`} />
      <g fill={`url(#${id}g)`}>
        <rect x="12" y="26" width="6" height="12" rx="3" />
        <rect x="21.5" y="18" width="6" height="28" rx="3" />
        <rect x="31" y="11" width="6" height="42" rx="3" />
        <rect x="40.5" y="21" width="6" height="22" rx="3" />
        <rect x="50" y="27" width="6" height="10" rx="3" />
      </g>
    </svg>
  );
}
