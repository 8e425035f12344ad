const rows = [...document.querySelectorAll("tbody tr")];
const sections = [...document.querySelectorAll("main section")];
const shown = document.getElementById("shown");
document.getElementById("filter").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/).filter(Boolean);
  let count = 0;
  for (const row of rows) {
    const text = (row.id + " " + row.textContent).toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
    count += !row.hidden;
  }
  for (const section of sections) {
    section.hidden = !section.querySelector("tbody tr:not([hidden])");
  }
  shown.textContent = words.length ? count + " of " + rows.length + " metrics" : "";
});
