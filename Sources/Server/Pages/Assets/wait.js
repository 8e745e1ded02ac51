// Asks once a second how the BankID order stands; without a script the page renews itself instead.
(function () {
  "use strict";
  var box = document.getElementById("wait");
  if (!box || !window.fetch) return;
  var hint = document.getElementById("hint");
  var code = document.getElementById("code");
  var open = document.getElementById("open");
  var faults = 0, timer = 0;

  function later(milliseconds) {
    clearTimeout(timer);
    timer = setTimeout(ask, milliseconds);
  }

  function show(answer) {
    faults = 0;
    if (answer.state !== "pending") {
      location.replace(box.dataset.next);
      return;
    }
    // Written only when it changes, so that a screen reader says it once.
    if (hint.textContent !== answer.hint) hint.textContent = answer.hint;
    if (code && answer.path) {
      code.setAttribute("viewBox", "0 0 " + answer.size + " " + answer.size);
      code.firstElementChild.setAttribute("d", answer.path);
    }
    if (open && answer.open) open.href = answer.open;
    later(1000);
  }

  function ask() {
    fetch(box.dataset.state, { credentials: "same-origin", cache: "no-store" })
      .then(function (reply) {
        if (!reply.ok) throw new Error(String(reply.status));
        return reply.json();
      })
      .then(show)
      .catch(function () {
        faults += 1;
        if (faults > 5) location.replace(box.dataset.next);
        else later(1000 * faults);
      });
  }

  // Whoever comes back from the BankID app need not wait.
  document.addEventListener("visibilitychange", function () {
    if (!document.hidden) later(0);
  });
  later(1000);
})();
