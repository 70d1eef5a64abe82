import { createHash } from 'node:crypto';
import { escapeHtml } from './html.ts';

/** What pages with a form have in common: one look, no script, nothing loaded from elsewhere. */
export interface PageFrame {
  /** The whole page; `body` is HTML. */
  page(title: string, body: string): string;
  /**
   * The Content-Security-Policy of these pages. It forbids everything but their own style and
   * sending their forms to this server or to `formTargets`: a browser also checks the address to
   * which the response to a form redirects.
   */
  policy(formTargets?: readonly string[]): string;
}

/** The frame of pages that need `ownStyle` beyond the common one. */
export function pageFrame(ownStyle: string): PageFrame {
  const style = commonStyle + ownStyle;
  const styleSource = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
  return {
    page: (title, body) => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${style}</style>
</head>
<body>
<main>${body}
</main>
</body>
</html>
`,
    policy: (formTargets = []) =>
      [
        "default-src 'none'",
        `style-src ${styleSource}`,
        ["form-action 'self'", ...formTargets].join(' '),
        "base-uri 'none'",
        "frame-ancestors 'none'",
      ].join('; '),
  };
}

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
