// What only a form of several environments shows: fetched when the first one asks for them.
export { SideBySide } from "./side-by-side.tsx";
export { SubmitEach } from "./submit-each.tsx";
