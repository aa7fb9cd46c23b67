// Small helpers for what is on the page.
export const at = (id) => document.getElementById(id);

export function make(kind, name, text = "") {
  const made = document.createElement(kind);
  made.className = name;
  made.textContent = text;
  return made;
}

export function button(text, act, focus = "") {
  const made = make("button", "", text);
  made.type = "button";
  if (focus) made.dataset.focus = focus; // by this it is found again when the list is made anew
  made.addEventListener("click", act);
  return made;
}

export const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// A sentence in its place; what stands there already is not read out again.
export function tell(id, sentence, wrong = false) {
  const text = capital(sentence);
  if (at(id).textContent !== text) at(id).textContent = text;
  at(id).classList.toggle("wrong", wrong);
}
