/** The style sheet of the reference, for light and dark mode, wide and narrow screens. */
export const referenceStyle = `
:root {
  color-scheme: light dark;
  --page: #fbfbf8; --card: #ffffff; --ink: #1d2420; --faint: #59645d; --line: #dfe3dc; --accent: #1f6b3a;
  --code: #f0f3ed; --get: #1f6b3a; --post: #7a4b00; --put: #1d4f91; --delete: #a3262a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #131714; --card: #1a201c; --ink: #e4eae5; --faint: #a2ada5; --line: #2f3832; --accent: #7fd09b;
    --code: #222a25; --get: #7fd09b; --post: #e8b45c; --put: #8db8f2; --delete: #f09a9c;
  }
}
* { box-sizing: border-box; }
html { scroll-padding-top: 1rem; }
body { margin: 0; background: var(--page); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
a { color: var(--accent); text-underline-offset: .2em; }
a:focus-visible, pre:focus-visible, summary:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
main:focus { outline: none; }
.skip { position: absolute; left: -99rem; }
.skip:focus { left: .5rem; top: .5rem; padding: .5rem 1rem; background: var(--card); z-index: 1; }
header { display: flex; gap: .6rem; align-items: baseline; padding: .8rem 1.5rem; border-bottom: 1px solid var(--line);
  background: var(--card); }
header span { color: var(--faint); flex: 1; }
.brand { font-weight: 700; font-size: 1.15rem; text-decoration: none; }
.columns { display: grid; grid-template-columns: 16rem minmax(0, 1fr); max-width: 78rem; margin: 0 auto; }
nav { padding: 1.5rem 1rem; position: sticky; top: 0; align-self: start; max-height: 100vh; overflow-y: auto; }
nav ul { list-style: none; margin: 0; padding: 0; }
nav a { display: block; padding: .2rem .6rem; border-radius: .4rem; text-decoration: none; color: var(--ink); }
nav a:hover { background: var(--code); }
nav a[aria-current] { background: var(--code); color: var(--accent); font-weight: 600; }
nav ul ul { margin: .2rem 0 .5rem .6rem; border-left: 2px solid var(--line); font-size: .875rem; }
nav ul ul a { color: var(--faint); }
main { padding: 1.5rem 2rem 6rem; max-width: 58rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: .3rem 0 1rem; }
h2 { font-size: 1.35rem; line-height: 1.3; margin: 2.2rem 0 .5rem; }
h3 { font-size: 1rem; margin: 1.3rem 0 .4rem; }
article h2, article h3 { scroll-margin-top: 1rem; }
article h2 a, .model > h3 a { color: inherit; text-decoration: none; }
article h2 a:hover, .model > h3 a:hover { text-decoration: underline; }
article { background: var(--card); border: 1px solid var(--line); border-radius: .8rem; padding: 0 1.4rem 1.2rem;
  margin: 1.5rem 0; }
article h2 { margin-top: 1.2rem; }
.lead { font-size: 1.1rem; }
code, pre { font: .875em/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
code { background: var(--code); border-radius: .3rem; padding: .1em .35em; overflow-wrap: anywhere; }
pre { background: var(--code); border-radius: .6rem; padding: .9rem 1.1rem; overflow-x: auto; }
pre code { background: none; padding: 0; font-size: inherit; overflow-wrap: normal; }
.operations { list-style: none; padding: 0; border-top: 1px solid var(--line); }
.operations li { display: grid; grid-template-columns: minmax(0, 2fr) auto minmax(0, 3fr); gap: .2rem .8rem;
  align-items: baseline; padding: .45rem 0; border-bottom: 1px solid var(--line); }
.operations code { background: none; padding: 0; }
.route { font-size: 1.05rem; }
.method { font-weight: 700; font-size: .75rem; letter-spacing: .04em; display: inline-block; min-width: 3.6rem; }
.get { color: var(--get); } .post { color: var(--post); } .put { color: var(--put); } .delete { color: var(--delete); }
.needs, .type, .name { color: var(--faint); font-size: .9rem; }
.name { white-space: nowrap; }
.mark { font-size: .75rem; border: 1px solid var(--line); border-radius: 1rem; padding: 0 .5rem; color: var(--faint); }
dl { display: grid; grid-template-columns: minmax(12rem, 2fr) minmax(0, 3fr); margin: 0; }
dt, dd { margin: 0; padding: .4rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; }
dt { padding-right: 1rem; }
dd code { display: inline-block; margin: .1rem 0; }
summary { cursor: pointer; color: var(--accent); padding: .4rem 0; }
@media (max-width: 46rem) {
  header { padding: .7rem 1rem; }
  .columns { display: block; }
  nav { position: static; max-height: none; padding: .5rem .6rem; border-bottom: 1px solid var(--line); }
  nav > ul { display: flex; gap: .2rem; overflow-x: auto; }
  nav a { white-space: nowrap; padding: .5rem .7rem; }
  nav ul ul { display: none; }
  main { padding: 1rem 1rem 4rem; }
  h1 { font-size: 1.6rem; }
  article { padding: 0 1rem 1rem; }
  .operations li, dl { grid-template-columns: minmax(0, 1fr); }
  .operations li { display: block; }
  .operations li a { display: block; }
  dd { border-top: 0; padding-top: 0; }
}
@media print { nav, header { display: none; } .columns { display: block; } }
`;
