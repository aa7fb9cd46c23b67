const form = document.getElementById("log-in");
const told = document.getElementById("told");

form.addEventListener("submit", async (event) => {
  event.preventDefault();
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
});
