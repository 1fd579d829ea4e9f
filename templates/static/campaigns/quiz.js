// One message at a time. Without this script the page is a list with answers to open. Nothing is stored: a round is over
// when the page is left; of a finished one only how many were right is sent.
const quiz = document.getElementById("quiz");
const say = quiz.dataset;
const make = (tag, all, ...inside) => {
  const made = Object.assign(document.createElement(tag), all);
  made.append(...inside);
  return made;
};
const list = quiz.querySelector(".questions");
const questions = [...list.children];
const number = make("h2", { className: "quiz-number", tabIndex: -1 });
const choices = make("div", { className: "choices-of-two" });
const saidSo = make("div", { className: "said-so" });
const live = make("div", {});
const onwards = make("button", { type: "button", className: "onwards" });
const score = make("h2", { className: "quiz-score", tabIndex: -1 });
const words = make("p", {});
const again = make("button", { type: "button", className: "onwards", textContent: say.again });
live.setAttribute("aria-live", "polite");
let at = 0, right = 0;

const ask = (moved) => {
  quiz.className = "played";
  number.textContent = say.number.replace("{n}", at + 1).replace("{total}", questions.length);
  questions.forEach((each, position) => {
    each.hidden = position !== at;
    each.querySelector("details").hidden = true;
    each.querySelector("details").open = false;
  });
  choices.replaceChildren(...[[true, say.scam], [false, say.honest]].map(([isScam, textContent]) => {
    const button = make("button", { type: "button", textContent });
    button.addEventListener("click", () => answer(isScam, button));
    return button;
  }));
  live.replaceChildren();
  quiz.replaceChildren(number, list, choices, live);
  if (moved) number.focus();
};

const answer = (isScam, button) => {
  const question = questions[at];
  const isRight = isScam === (question.dataset.isScam === "1");
  right += isRight;
  for (const each of choices.children) each.disabled = true;
  button.classList.add("taken");
  saidSo.className = isRight ? "said-so right" : "said-so";
  const told = [...question.querySelector("details").children].slice(1).map((each) => each.cloneNode(true));
  saidSo.replaceChildren(make("strong", { textContent: isRight ? say.right : say.wrong }), ...told);
  live.replaceChildren(saidSo);
  onwards.textContent = at + 1 < questions.length ? say.next : say.score;
  live.after(onwards);
  onwards.focus();
};

const finish = () => {
  quiz.className = "over";
  score.textContent = say.result.replace("{right}", right).replace("{asked}", questions.length);
  words.textContent = right === questions.length ? say.all : say.some;
  for (const each of questions) {
    each.hidden = false;
    each.querySelector("details").hidden = false;
  }
  quiz.replaceChildren(score, words, again, list);
  score.focus();
  if (navigator.onLine && navigator.sendBeacon) {
    const round = new URLSearchParams({ right, asked: questions.length });
    if (say.campaign) round.set("campaign", say.campaign);
    navigator.sendBeacon(say.finished, round);
  }
};

onwards.addEventListener("click", () => {
  at += 1;
  if (at < questions.length) ask(true);
  else finish();
});
again.addEventListener("click", () => {
  at = right = 0;
  ask(true);
});
ask(false);

if ("serviceWorker" in navigator) {
  navigator.serviceWorker.register(say.worker, { scope: say.scope })
    .then(() => navigator.serviceWorker.ready)
    .then((all) => all.active.postMessage(location.href))
    .catch(() => {}); // a browser that forbids it plays with a network only
}
