// The length of a post while its wording is typed. The server counts again, and its count is the one that holds.
(() => {
    // As the channel counts: the adapter names one of these.
    const counters = {
        points: (text) => [...text].length,
        utf16: (text) => text.length,
        bytes: (text) => new TextEncoder().encode(text).length,
        addresses: (text) => [...text.replace(/https?:\/\/\S+/g, "x".repeat(23))].length,
    };
    const numbers = new Intl.NumberFormat(document.documentElement.lang || undefined);

    for (const line of document.querySelectorAll(".desk-length[data-counts]")) {
        const wording = line.closest(".desk-card").querySelector("textarea");
        const count = counters[line.dataset.counts];
        if (!wording || !count) continue;
        const lengthOf = (text) => count(text.replaceAll("\r\n", "\n").normalize("NFC").trim());
        // The frame around the wording (verdict, owner, address) stays as it is.
        const frame = Number(line.dataset.length) - lengthOf(wording.defaultValue);
        const [text, status] = line.children;
        wording.addEventListener("input", () => {
            // Without a wording the channel words it itself, and only the server knows how long that is.
            line.hidden = wording.value.trim() === "";
            const length = frame + lengthOf(wording.value);
            const isOver = length > Number(line.dataset.limit);
            text.textContent = line.dataset.pattern.replace("#", numbers.format(length));
            if ((status.textContent !== "") !== isOver) status.textContent = isOver ? line.dataset.over : "";
            line.classList.toggle("desk-length--over", isOver);
        });
    }
})();
