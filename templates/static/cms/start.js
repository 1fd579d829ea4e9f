// Starts the widgets of Wagtail's admin that a page asks for in a <script>. The site's policy lets no such script run, and
// what it says is data here: the name of a widget and its settings in JSON. Everything else in there is left alone.
(() => {
  const STARTED = new Set([
    "InlinePanel", "MultipleChooserPanel", "initDateChooser", "initDateTimeChooser", "initTimeChooser",
    "createTaskChooser", "createMediaChooser",
  ]);
  const isKnown = (name) => STARTED.has(name) || /^(?:[A-Z]\w*)?Chooser$/.test(name);
  const one = /^\s*(?:\(function\s*\(\)\s*\{\s*var panel = )?(?:new )?(\w+)\(([^]*?)\);?\s*(?:\}\)\(\);)?\s*$/;
  const text = /^JSON\.parse\(("(?:[^"\\]|\\[^])*")\)$/;

  const settings = (written) => {
    const inside = text.exec(written);
    return inside ? [JSON.parse(JSON.parse(inside[1]))] : JSON.parse(`[${written}]`);
  };

  const start = (script) => {
    if (script.dataset.started) return;
    script.dataset.started = "yes";
    const found = one.exec(script.textContent);
    if (!found || !isKnown(found[1])) return;
    const widget = window[found[1]];
    if (typeof widget !== "function") return;
    const given = settings(found[2].trim());
    if (/^[A-Z]/.test(found[1])) new widget(...given);
    else widget(...given);
  };

  const startAll = (root) => root.querySelectorAll("script[type='text/x-start']").forEach(start);

  document.addEventListener("DOMContentLoaded", () => {
    startAll(document);
    // Forms that are added, and what is shown in a dialog.
    new MutationObserver((changes) => {
      for (const change of changes) {
        for (const node of change.addedNodes) {
          if (node.nodeType !== Node.ELEMENT_NODE) continue;
          if (node.matches("script[type='text/x-start']")) start(node);
          else startAll(node);
        }
      }
    }).observe(document.documentElement, { childList: true, subtree: true });
  });
})();
