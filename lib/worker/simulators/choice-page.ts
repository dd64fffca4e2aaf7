/** Somebody who can be chosen. */
export interface Choice {
  readonly subject: string;
  readonly name: string;
  readonly about: string;
}

const style = `
:root { color-scheme: light dark; }
body { margin: 0; font: 15px/1.5 system-ui, sans-serif; display: grid; place-items: center; min-height: 100vh; background: Canvas; color: CanvasText; }
main { width: min(30rem, calc(100vw - 2rem)); padding: 2rem 0; }
h1 { font-size: 1.25rem; margin: 0 0 .25rem; }
p { margin: 0 0 1.25rem; opacity: .75; }
form { display: grid; gap: .5rem; }
button { font: inherit; color: inherit; text-align: left; padding: .65rem .9rem; border: 1px solid color-mix(in srgb, CanvasText 20%, transparent); border-radius: .5rem; background: transparent; cursor: pointer; }
button:hover { background: color-mix(in srgb, CanvasText 6%, transparent); }
button:focus-visible { outline: 2px solid Highlight; outline-offset: 2px; }
strong { display: block; }
span { opacity: .75; font-size: .9em; }
`;

/** The login page: everyone of the demo, one click each, without a script. */
export function choicePage(people: readonly Choice[], action: string): string {
  const choices = people.map(
    ({ subject, name, about }) =>
      `<button name="person" value="${text(subject)}"><strong>${text(name)}</strong><span>${text(about)}</span></button>`,
  );
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>Who are you? · Acme demo sign-in</title><style>${style}</style></head>
<body><main><h1>Who are you?</h1><p>Acme's demo sign-in. These people exist only on this machine.</p>
<form method="post" action="${text(action)}">${choices.join("\n")}</form></main></body></html>`;
}

const text = (value: string): string =>
  value.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
