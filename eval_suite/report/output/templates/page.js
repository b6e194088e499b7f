"use strict";
// Sorts and filters the table of defenses, and opens a defense that is linked to.
// Without scripts the page shows everything; the controls stay hidden.
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
