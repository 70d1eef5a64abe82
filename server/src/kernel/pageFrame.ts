import { createHash } from 'node:crypto';
import { escapeHtml } from './html.ts';

/**
 * The common frame of pages with a form. They have one style, no script, and load nothing from
 * elsewhere.
 */
export interface PageFrame {
  /** Returns the whole page; `body` is HTML. */
  page(title: string, body: string, script?: PageScript): string;
  /**
   * The Content-Security-Policy of these pages. It allows only their own style and sending their
   * forms to this server or to `formTargets`. A browser also checks the address to which the
   * response to a form redirects.
   */
  policy(formTargets?: readonly string[], script?: PageScript): string;
}

/** The script of a page that needs one, and the library of another site that it uses. */
export interface PageScript {
  readonly text: string;
  readonly libraryUrl: string;
  /** The library's sources for frames and calls, for a Content-Security-Policy. */
  readonly frames: readonly string[];
  readonly calls: readonly string[];
  /** The values that the script reads, by their names in `document.body.dataset` with hyphens. */
  readonly data: Readonly<Record<string, string | undefined>>;
}

/** The frame of pages that need `ownStyle` in addition to the common one. */
export function pageFrame(ownStyle: string): PageFrame {
  const style = commonStyle + ownStyle;
  const styleSource = sourceOf(style);
  return {
    page: (title, body, script) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body${script === undefined ? '' : attributesOf(script.data)}>
<main>${body}
</main>${script === undefined ? '' : scriptsOf(script)}
</body>
</html>
`,
    policy: (formTargets = [], script) =>
      [
        "default-src 'none'",
        `style-src ${styleSource}`,
        ...(script === undefined ? [] : scriptPolicy(script)),
        ["form-action 'self'", ...formTargets].join(' '),
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
  };
}

const sourceOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const attributesOf = (data: PageScript['data']): string =>
  Object.entries(data)
    .map(([name, value]) => (value === undefined ? '' : ` data-${name}="${escapeHtml(value)}"`))
    .join('');

const scriptsOf = ({ libraryUrl, text }: PageScript): string =>
  `\n<script src="${escapeHtml(libraryUrl)}"></script>\n<script>${text}</script>`;

const scriptPolicy = ({ text, libraryUrl, frames, calls }: PageScript): string[] => [
  `script-src ${sourceOf(text)} ${new URL(libraryUrl).origin}`,
  `frame-src ${frames.join(' ')}`,
  `connect-src 'self' ${calls.join(' ')}`,
];

const commonStyle = `
:root { color-scheme: light dark; --line: light-dark(#767676, #8f8f8f); --fault: light-dark(#b3261e,
  #ff8a80); }
:root { --accent: light-dark(#0b57d0, #a8c7fa); --on-accent: light-dark(#ffffff, #062e6f); }
body { font: 1.05rem/1.5 system-ui, sans-serif; max-width: 30rem; margin: 8vh auto; padding: 0
  1.25rem; }
h1 { font-size: 1.75rem; margin-bottom: .5rem; }
label, legend { display: block; font-weight: 600; margin-bottom: .3rem; padding: 0; }
input, select { font: inherit; box-sizing: border-box; width: 100%; min-height: 2.75rem; padding:
  .4rem .6rem; border: 1px solid var(--line); border-radius: .35rem; }
button { font: inherit; font-weight: 600; width: 100%; min-height: 2.75rem; border: 0;
  border-radius: .35rem; background: var(--accent); color: var(--on-accent); cursor: pointer; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.note { font-size: .95rem; }
`;
