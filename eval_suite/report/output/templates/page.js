"use strict";
// Sorts and filters the table of defenses, opens a defense that is linked to, and says
// what a place in a figure shows. Without scripts the page shows everything; the
// controls stay hidden, and the browser itself shows the texts of figures.
(() => {
  const table = document.getElementById("defenses");
  const body = table.tBodies[0];
  const rows = [...body.rows];
  const headers = [...table.tHead.rows[0].cells];
  const select = document.getElementById("sort");
  const search = document.getElementById("search");
  const families = [...document.querySelectorAll("#families input")];
  const status = document.getElementById("shown");

  const key = (row, column) => {
    const value = row.cells[column].dataset.value;
    if (value === undefined || value === "") return null;
    return headers[column].dataset.kind === "text" ? value : Number(value);
  };

  const sort = (column, descending) => {
    const order = (a, b) => {
      const x = key(a, column), y = key(b, column);
      if (x === null || y === null) return (x === null) - (y === null); // unmeasured last
      const sign = typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
      return descending ? -sign : sign;
    };
    body.append(...[...rows].sort(order));
    headers.forEach((header, index) => {
      if (index === column) header.setAttribute("aria-sort", descending ? "descending" : "ascending");
      else header.removeAttribute("aria-sort");
    });
    select.value = `${column}${descending ? "-" : "+"}`;
  };

  const filter = () => {
    const chosen = new Set(families.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.cells[0].textContent.toLowerCase(); // name, title and badges
      row.hidden = !chosen.has(row.dataset.family) || !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    status.textContent = `${shown} of ${rows.length} shown`;
  };

  const reveal = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    if (target instanceof HTMLDetailsElement) {
      target.open = true;
      target.scrollIntoView();
    }
  };

  const tip = document.getElementById("tip");
  let active = null;

  const text = (hit) => {
    const title = hit.querySelector("title");
    if (title) { // else the browser would show it too
      hit.dataset.text = title.textContent;
      title.remove();
    }
    return hit.dataset.text;
  };

  const hide = () => {
    if (active) active.classList.remove("on");
    active = null;
    tip.textContent = "";
  };

  const show = (hit, x, y) => {
    tip.textContent = text(hit);
    const { offsetWidth: width, offsetHeight: height } = tip;
    tip.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
    tip.style.top = `${y + 16 + height < innerHeight ? y + 16 : y - height - 12}px`;
  };

  const step = (picture, key) => {
    const hits = [...picture.querySelectorAll(".hits rect")];
    const place = hits.indexOf(active);
    const next = { ArrowDown: place + 1, ArrowUp: place - 1, Home: 0, End: hits.length - 1 }[key];
    if (next === undefined || (place < 0 && key !== "ArrowDown")) return false;
    hide();
    if (!hits[next]) return false; // beyond the ends the page scrolls on
    active = hits[next];
    active.classList.add("on");
    active.scrollIntoView({ block: "nearest", inline: "nearest", behavior: "instant" });
    const box = active.getBoundingClientRect();
    show(active, box.left + Math.min(box.width, 200) / 2, box.bottom - 8);
    return true;
  };

  for (const picture of document.querySelectorAll(".picture")) {
    picture.addEventListener("pointermove", (event) => {
      if (event.target.matches(".hits rect")) show(event.target, event.clientX, event.clientY);
      else hide();
    });
    picture.addEventListener("pointerleave", hide);
    picture.addEventListener("blur", hide);
    picture.addEventListener("keydown", (event) => {
      if (event.key === "Escape") hide();
      else if (step(picture, event.key)) event.preventDefault();
    });
  }
  addEventListener("scroll", () => { if (!active) hide(); }, { passive: true });

  headers.forEach((header, column) => {
    header.querySelector("button").addEventListener("click", () => {
      sort(column, header.getAttribute("aria-sort") === "ascending");
    });
  });
  select.addEventListener("change", () => {
    if (select.value) sort(parseInt(select.value, 10), select.value.endsWith("-"));
  });
  search.addEventListener("input", filter);
  families.forEach((box) => box.addEventListener("change", filter));
  addEventListener("hashchange", reveal);
  document.getElementById("tools").hidden = false;
  filter();
  reveal();
})();
