// Makes elements whose text is text: nothing here, or anywhere on the page, reads markup.

export function el(tag, properties = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children.filter((each) => each !== null && each !== undefined && each !== ""));
  return made;
}

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setAttribute(element, name, value) {
  if (element.getAttribute(name) !== value) element.setAttribute(name, value);
}

// Has an element's content be that of another, touching only what differs: focus and selection stay where they are.
export function become(element, wanted) {
  syncAttributes(element, wanted);
  const next = [...wanted.childNodes];
  const now = [...element.childNodes];
  next.forEach((child, place) => {
    const there = now[place];
    if (!there) element.append(child);
    else if (there.nodeType !== child.nodeType || there.nodeName !== child.nodeName) there.replaceWith(child);
    else if (child.nodeType === Node.TEXT_NODE) { if (there.data !== child.data) there.data = child.data; }
    else become(there, child);
  });
  now.slice(next.length).forEach((each) => each.remove());
}

function syncAttributes(element, wanted) {
  for (const { name } of [...element.attributes]) {
    if (name !== "style" && !wanted.hasAttribute(name)) element.removeAttribute(name);
  }
  for (const { name, value } of wanted.attributes) {
    if (name !== "style" && element.getAttribute(name) !== value) element.setAttribute(name, value);
  }
  if (element.style.cssText !== wanted.style.cssText) element.style.cssText = wanted.style.cssText;
}
