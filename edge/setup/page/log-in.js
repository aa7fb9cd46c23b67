const form = document.getElementById("log-in");
const told = document.getElementById("told");

async function enter() {
  told.textContent = "";
  try {
    const answer = await fetch("log-in", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ said: form.said.value }),
    });
    if (answer.ok) return location.replace("./");
    told.textContent = (await answer.json()).error;
    form.said.select();
  } catch {
    told.textContent = "The program that serves this page does not answer. Is it still running?";
  }
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  enter();
});

document.getElementById("shown").addEventListener("change", (event) => {
  form.said.type = event.target.checked ? "text" : "password";
});

// A QR code brings the code along, behind the # that no browser sends; it does not stay in the address.
function bring() {
  const brought = location.hash.slice(1);
  if (!brought) return;
  history.replaceState(null, "", "./");
  form.said.value = brought;
  enter();
}

window.addEventListener("hashchange", bring);
bring();
