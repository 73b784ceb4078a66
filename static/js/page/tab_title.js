/** The browser's tab has the session's name: it goes with the heading, whoever changes that. */
export function nameTab() {
  const heading = document.getElementById("session-name");
  const name = heading?.textContent?.trim() ?? "";
  if (!heading || !document.title.startsWith(name)) return;
  const program = document.title.slice(name.length);
  new MutationObserver(() => {
    document.title = `${heading.textContent?.trim() ?? ""}${program}`;
  }).observe(heading, { childList: true, characterData: true, subtree: true });
}
