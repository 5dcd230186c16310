// Makes elements. Text always goes in as text nodes: nothing that came over the network is ever parsed as HTML.

const SVG = "http://www.w3.org/2000/svg";

// A tag name with optional classes ("p.lead"), its attributes (null and false leave one out), and its children.
export function element(name, attributes = {}, ...children) {
  const [tag, ...classes] = name.split(".");
  const made = document.createElement(tag);
  if (classes.length > 0) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null));
  return made;
}

// An icon of the sprite icons.svg; it only repeats what the words beside it say, so it is hidden from screen readers.
export function icon(id, extraClass = "") {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", `icon ${extraClass}`.trim());
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `icons.svg#${id}`);
  svg.append(use);
  return svg;
}
