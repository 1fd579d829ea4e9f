// Counts while somebody types, and shows what becomes of it. The server counts again, and its count is the one that holds.
(() => {
    const form = document.getElementById("material-form");
    const preview = document.getElementById("material-preview");
    if (!form || !preview) return;

    for (const line of form.querySelectorAll("[data-counts]")) {
        const field = document.getElementById(line.dataset.counts);
        const [text, status] = line.children;
        field.addEventListener("input", () => {
            const length = [...field.value.replaceAll("\r\n", "\n").normalize("NFC").trim()].length;
            const isOver = length > Number(line.dataset.limit);
            text.textContent = length;
            if ((status.textContent !== "") !== isOver) status.textContent = isOver ? line.dataset.over : "";
            line.classList.toggle("desk-length--over", isOver);
        });
    }

    let waiting, asked;
    const show = async () => {
        asked?.abort();
        asked = new AbortController();
        const typed = new FormData(form);
        for (const [name, value] of [...typed]) if (value instanceof File) typed.delete(name);
        typed.set("deed", "preview");
        preview.classList.add("material-busy");
        try {
            const answer = await fetch(form.action || location.href, {
                method: "POST",
                body: typed,
                headers: { "X-Requested-With": "XMLHttpRequest" },
                signal: asked.signal,
            });
            if (answer.ok && !answer.redirected) preview.innerHTML = await answer.text();
            preview.classList.remove("material-busy");
        } catch (error) {
            if (error.name !== "AbortError") preview.classList.remove("material-busy");
        }
    };
    form.addEventListener("input", (event) => {
        if (!event.target.matches("textarea")) return;
        clearTimeout(waiting);
        waiting = setTimeout(show, 700);
    });
    // It is shown by itself now.
    form.querySelector("[data-preview]").hidden = true;

    // What was typed is not lost by a click on a link.
    let isDirty = false;
    form.addEventListener("input", () => { isDirty = true; });
    form.addEventListener("submit", () => { isDirty = false; });
    window.addEventListener("beforeunload", (event) => { if (isDirty) event.preventDefault(); });
})();
