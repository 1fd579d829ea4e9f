// The combobox of WAI-ARIA 1.2. Without it, or when anything fails, the form is a form.
const make = (tag, all) => Object.assign(document.createElement(tag), all);
const set = (node, all) => Object.entries(all).forEach(([name, value]) => node.setAttribute(name, value));
for (const field of document.querySelectorAll("[data-suggest]")) {
  const input = field.querySelector("input");
  const list = make("ul", { id: input.id + "-suggested", className: "suggested", hidden: true });
  const count = make("p", { className: "unseen" });
  const { suggest, one, many } = field.dataset;
  let timer, asked, chosen = -1;
  set(list, { role: "listbox", "aria-label": field.querySelector("label").textContent });
  set(count, { "aria-live": "polite" });
  input.after(list, count);
  set(input, { role: "combobox", "aria-autocomplete": "list", "aria-expanded": false, "aria-controls": list.id });

  const close = () => {
    list.hidden = true;
    chosen = -1;
    set(input, { "aria-expanded": false });
    input.removeAttribute("aria-activedescendant");
    count.textContent = "";
  };
  const choose = (number) => {
    const all = list.children;
    if (chosen >= 0) set(all[chosen], { "aria-selected": false });
    chosen = (number + all.length) % all.length;
    set(all[chosen], { "aria-selected": true });
    set(input, { "aria-activedescendant": all[chosen].id });
  };
  const show = (found) => {
    close();
    list.replaceChildren(...found.map((found, number) => {
      const option = make("li", { id: list.id + number, textContent: found.title });
      set(option, { role: "option", "aria-selected": false, "data-url": found.url });
      option.append(make("span", { textContent: found.verdict }));
      return option;
    }));
    if (!found.length) return;
    list.hidden = false;
    set(input, { "aria-expanded": true });
    count.textContent = found.length < 2 ? one : many.replace("%n", found.length);
  };
  const stop = () => { clearTimeout(timer); asked?.abort(); close(); };
  const ask = async () => {
    const q = input.value.trim().slice(0, 200);
    asked?.abort();
    asked = new AbortController();
    if (q.length < 2) return close();
    try {
      const answer = await fetch(suggest + "?" + new URLSearchParams({ q }), { signal: asked.signal });
      show((await answer.json()).suggestions);
    } catch { /* aborted, or offline */ }
  };
  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(ask, 200); });
  input.addEventListener("blur", stop);
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || list.hidden) return;
    if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen < 0 ? -1 : chosen - 1);
    else if (event.key === "Escape") stop();
    else if (event.key === "Enter" && chosen >= 0) location = list.children[chosen].dataset.url;
    else return;
    event.preventDefault();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    location = event.target.closest("li").dataset.url;
  });
}
