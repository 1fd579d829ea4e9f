// Drag and drop for the calendar. It only fills in and sends the form that a person could: the server decides.
(() => {
    const form = document.getElementById("cal-move");
    if (!form) return;
    const cells = [...document.querySelectorAll("td[data-channel]")];
    let dragged = null;

    const takes = (cell) => dragged !== null && cell.dataset.channel === dragged.dataset.of;

    // A day's cell keeps the time of day, an hour's cell keeps the minutes.
    const timeAt = (cell) => {
        const [, clock] = dragged.dataset.at.split("T");
        return `${cell.dataset.day}T${cell.dataset.hour ? `${cell.dataset.hour}${clock.slice(2)}` : clock}`;
    };

    const ended = () => {
        dragged?.classList.remove("desk-entry--dragged");
        dragged = null;
        for (const cell of cells) cell.classList.remove("desk-cal__takes", "desk-cal__over");
    };

    for (const entry of document.querySelectorAll("[data-move]")) {
        entry.draggable = true;
        for (const link of entry.querySelectorAll("a")) link.draggable = false;
        entry.addEventListener("dragstart", (event) => {
            dragged = entry;
            event.dataTransfer.effectAllowed = "move";
            event.dataTransfer.setData("text/plain", entry.dataset.at);
            entry.classList.add("desk-entry--dragged");
            for (const cell of cells) cell.classList.toggle("desk-cal__takes", takes(cell));
        });
        entry.addEventListener("dragend", ended);
    }

    for (const cell of cells) {
        cell.addEventListener("dragover", (event) => {
            if (!takes(cell)) return;
            event.preventDefault();
            event.dataTransfer.dropEffect = "move";
            cell.classList.add("desk-cal__over");
        });
        cell.addEventListener("dragleave", () => cell.classList.remove("desk-cal__over"));
        cell.addEventListener("drop", (event) => {
            if (!takes(cell)) return;
            event.preventDefault();
            const at = timeAt(cell);
            if (at !== dragged.dataset.at) {
                form.action = dragged.dataset.move;
                form.elements.at.value = at;
                form.elements.seen.value = dragged.dataset.seen;
                form.submit();
            }
            ended();
        });
    }

    // A finger scrolls; it has the links.
    if (!window.matchMedia("(any-pointer: fine)").matches) return;
    for (const hint of document.querySelectorAll(".desk-cal__drag")) hint.hidden = false;
})();
