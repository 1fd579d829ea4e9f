// Suggestions while typing: the combobox pattern of WAI-ARIA 1.2. Without it, or when anything fails, the form is a form.
"use strict";
for (const field of document.querySelectorAll("[data-suggest]")) {
  const input = field.querySelector("input");
  if (!input) continue;
  const list = document.createElement("ul");
  const count = document.createElement("p");
  let timer, asked, chosen = -1;
  list.id = input.id + "-suggested";
  list.className = "suggested";
  list.hidden = true;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", (field.querySelector("label") || input).textContent);
  count.className = "unseen";
  count.setAttribute("aria-live", "polite");
  input.after(list, count);
  input.autocomplete = "off";
  for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": list.id }))
    input.setAttribute(name, value);

  const close = () => {
    list.hidden = true;
    chosen = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
    count.textContent = "";
  };
  const choose = (number) => {
    const all = list.children;
    if (chosen >= 0) all[chosen].setAttribute("aria-selected", "false");
    chosen = (number + all.length) % all.length;
    all[chosen].setAttribute("aria-selected", "true");
    all[chosen].scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", all[chosen].id);
  };
  const show = (found) => {
    close();
    list.replaceChildren(...found.map((one, number) => {
      const option = document.createElement("li");
      const verdict = document.createElement("span");
      option.id = list.id + number;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.url = one.url;
      option.textContent = one.title;
      verdict.textContent = one.verdict;
      option.append(verdict);
      return option;
    }));
    if (!found.length) return;
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    count.textContent = found.length === 1 ? field.dataset.one : field.dataset.many.replace("%n", found.length);
  };
  const ask = async () => {
    asked?.abort();
    asked = new AbortController();
    const typed = input.value.trim();
    if (typed.length < 2) return close();
    try {
      const answer = await fetch(field.dataset.suggest + "?q=" + encodeURIComponent(typed.slice(0, 200)), { signal: asked.signal });
      const found = (await answer.json()).suggestions;
      if (document.activeElement === input) show(found);
    } catch { /* aborted, or offline: the form still works */ }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  input.addEventListener("blur", () => { clearTimeout(timer); asked?.abort(); close(); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && chosen >= 0) location.assign(list.children[chosen].dataset.url);
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    const option = event.target.closest("li");
    if (option) location.assign(option.dataset.url);
  });
}
