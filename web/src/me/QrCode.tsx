import { useMemo } from 'react';
import classes from './me.module.css';
import { qrCode, qrPath } from './qrCode.ts';

/** The light margin that cameras need to find a code. */
const quiet = 4;

/**
 * A text as a QR code, dark on light in both colour schemes. Empty if the text is too long for one.
 */
export function QrCode({ text, label }: { readonly text: string; readonly label: string }) {
  const code = useMemo(() => qrCode(text), [text]);
  if (!code) return null;
  const size = code.length + 2 * quiet;
  return (
    <svg
      role="img"
      aria-label={label}
      className={classes['qr']}
      viewBox={`${-quiet} ${-quiet} ${size} ${size}`}
      shapeRendering="crispEdges"
    >
      <rect x={-quiet} y={-quiet} width={size} height={size} fill="#fff" />
      <path d={qrPath(code)} fill="#000" />
    </svg>
  );
}
