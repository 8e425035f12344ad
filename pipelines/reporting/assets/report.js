// Draws every chart of the page from the data that stands beside it. Nothing is loaded.
const read = (id) => JSON.parse(document.getElementById(id).textContent);
const config = read("chart-config");
const figures = new Map();

async function draw(element) {
  const { figure, panel } = element.dataset;
  if (!figures.has(figure)) figures.set(figure, read(`${figure}-data`));
  const { spec, panels } = figures.get(figure);
  // Vega gives the element that it draws into a role of its own.
  const canvas = document.createElement("div");
  element.append(canvas);
  await window.vegaEmbed(
    canvas,
    { ...spec, data: { values: panels[panel] } },
    // The interpreter, since the page's policy forbids making code from text.
    { mode: "vega-lite", renderer: "svg", actions: false, ast: true, config },
  );
}

async function drawAll() {
  for (const element of document.querySelectorAll(".chart")) {
    await draw(element);
  }
  document.documentElement.dataset.drawn = "yes";
}

// Tables are read on paper too.
let opened = [];
window.addEventListener("beforeprint", () => {
  opened = [...document.querySelectorAll("details.printed:not([open])")];
  opened.forEach((details) => (details.open = true));
});
window.addEventListener("afterprint", () => {
  opened.forEach((details) => (details.open = false));
});

drawAll().catch((error) => console.error("a chart cannot be drawn:", error));
