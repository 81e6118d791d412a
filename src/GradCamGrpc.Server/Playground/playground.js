import { CallError, ask, getModel, hasKey, listModels, load, toBase64, useKey } from "./api.js";
import { Camera } from "./camera.js";
import { paintRamp } from "./heat.js";
import { Pane } from "./pane.js";

const $ = id => document.getElementById(id);

const panes = [new Pane(0, explainAgain), new Pane(1, explainAgain)];

/** So long the camera waits at least where the server is busy, in milliseconds. */
const leastPause = 250;

/** The model, in full; null until the server has told. */
let model = null;

/** The photo: its file, the same in Base64, its name, and its address in this page. */
let photo = null;

/** Each ends what it stands for when something newer takes its place: the choice of a model, questions about a photo, the latest of them, the film. */
let choosing = new AbortController();
let asked = new AbortController();
let asking = new AbortController();
let filming = null;

async function start() {
  say("Asking the server for its models …");
  const models = await listModels();
  if (models.length === 0)
    throw new CallError("The server has no model", [{ field: "", description: "Try again once one is loaded." }]);
  $("model").replaceChildren(...models.map(({ name }) => new Option(name)));
  $("model-field").hidden = models.length < 2;
  await useModel(models[0].name);
}

async function useModel(name) {
  stopFilm();
  choosing.abort();
  const { signal } = choosing = new AbortController();
  say("Waiting for the model …");
  try {
    model = await whenLoaded(name, signal);
  } catch (fault) {
    if (!signal.aborted && model)
      $("model").value = model.name;
    throw fault;
  }
  $("about").textContent = `${model.name} ${model.version} (${model.architecture}) knows ${model.classCount} classes. Drop a photo, and click what you want explained.`;
  $("labels").replaceChildren(...model.labels.map(label => new Option(label.split(",")[0])));
  panes.forEach(pane => pane.use(model));
  say("");
  if (photo)
    await usePhoto(photo.file, photo.name);
}

/** The model, once it is loaded. */
async function whenLoaded(name, signal) {
  for (;;) {
    try {
      return await getModel(name, signal);
    } catch (fault) {
      if (fault.status !== "UNAVAILABLE")
        throw fault;
      await pause(1000);
      signal.throwIfAborted();
    }
  }
}

/** Shows a photo once the server has said what is on it: one that it cannot use leaves the page as it was. */
async function usePhoto(file, name) {
  if (!model)
    await start();
  stopFilm();
  asked.abort();
  const { signal } = asked = new AbortController();
  say("Looking at the photo …");
  const encoded = await toBase64(file);
  const { prediction } = await ask(model.name, "classify", { image: { encoded } }, signal);

  showPhoto({ file, encoded, name });
  showClasses(prediction.classes);
  $("given").replaceChildren();
  const first = { kind: "class", index: prediction.classes[0].classIndex };
  await Promise.all([...shownPanes().map(pane => explain(pane, first)), model.captioning && describe(signal)]);
}

async function describe(signal) {
  $("caption").replaceChildren();
  const { prediction } = await ask(model.name, "caption", { image: { encoded: photo.encoded } }, signal);
  const { text, words } = prediction.captions[0];
  $("caption").replaceChildren(...words.map((word, position) =>
    subjectButton({ kind: "word", position, caption: text, text: word.text }, word.text)));
}

async function answer(question) {
  asking.abort();
  asking = new AbortController();
  const signal = AbortSignal.any([asked.signal, asking.signal]);
  say("Asking …");
  const { prediction } = await ask(model.name, "answer", { image: { encoded: photo.encoded }, questions: [question] }, signal);
  const { answers, words } = prediction.questions[0];
  const subjects = answers.map(({ text }) => ({ kind: "answer", question, text }));
  showBars($("given"), answers.map(({ text, probability }, i) => ({ subject: subjects[i], name: text, share: probability })));
  await explain(activePane(), subjects[0]);
  const unknown = words.filter(word => word.isUnknown).map(word => `“${word.text}”`);
  if (unknown.length > 0)
    say(`The network has not learnt ${unknown.join(", ")}, and read past it.`);
}

async function explain(pane, subject) {
  say("Explaining …");
  const begun = performance.now();
  const prediction = await pane.explain(photo.encoded, subject);
  say(`Explained ${pane.explained} in ${Math.round(performance.now() - begun)} ms.`);
  mark();
  return prediction;
}

function explainAgain(pane) {
  if (photo && !filming)
    guarded(() => explain(pane, pane.subject));
}

/** Explains what the camera sees, one frame at a time: the next one is taken when this one's map is there. */
async function film() {
  const { signal } = filming = new AbortController();
  setPressed($("camera"), true);
  let camera;
  try {
    say("Waiting for the camera …");
    camera = await Camera.open().catch(reason => {
      throw new CallError("The camera cannot be used", [{ field: "", description: reason.message }]);
    });
    signal.throwIfAborted();
    asked.abort();
    $("caption-part").hidden = $("ask-part").hidden = true;
    panes.forEach(pane => { pane.subject = null; });
    say("Live: each frame is explained when the one before is done.");
    while (!signal.aborted)
      await explainFrame(await camera.frame(), signal);
  } finally {
    camera?.close();
    if (filming?.signal === signal)
      stopFilm();
  }
}

/** Leaves the frame out where the server is busy, and gives it time. */
async function explainFrame(file, signal) {
  const encoded = await toBase64(file);

  // A frame takes its time: whoever was called off meanwhile must not end what the panes were asked since.
  signal.throwIfAborted();
  try {
    for (const pane of shownPanes()) {
      const prediction = await pane.explain(encoded, isClass(pane.subject) ? pane.subject : null, { signal, priority: "low" });
      if (prediction)
        showClasses(prediction.classes);
    }
  } catch (fault) {
    if (!fault.retryDelay)
      throw fault;
    say("The server is busy; the camera waits.");
    await pause(Math.max(fault.retryDelay, leastPause));
    signal.throwIfAborted();
    say("Live again.");
    return;
  }
  signal.throwIfAborted();
  showPhoto({ file, encoded, name: "Camera" });
}

function stopFilm() {
  filming?.abort();
  filming = null;
  setPressed($("camera"), false);
}

function showPhoto(shown) {
  const before = photo?.url;
  photo = { ...shown, url: URL.createObjectURL(shown.file) };
  $("drop").hidden = true;
  $("panes").hidden = $("shared").hidden = $("answers").hidden = false;
  $("compare").disabled = false;
  $("caption-part").hidden = filming !== null || !model.captioning;
  $("ask-part").hidden = filming !== null || !model.answering;
  arrange();
  if (before)
    URL.revokeObjectURL(before);
}

/** One pane or two, each with the photo. */
function arrange() {
  const shown = shownPanes();
  if ($("panes").children.length !== shown.length)
    $("panes").replaceChildren(...shown.map(pane => pane.root));
  shown.forEach(pane => pane.showPhoto(photo.url, photo.name));
  $("side").hidden = shown.length < 2;
}

function showClasses(classes) {
  showBars($("classes"), classes.map(({ classIndex, label, probability }) =>
    ({ subject: { kind: "class", index: classIndex }, name: label, share: probability })));
}

/** Buttons that are there already get new words, so that the focus stays where it is. */
function showBars(list, bars) {
  while (list.children.length > bars.length)
    list.lastChild.remove();
  bars.forEach(({ subject, name, share }, i) => {
    const item = list.children[i] ?? list.appendChild(document.createElement("li"));
    const button = item.firstChild ?? item.appendChild(subjectButton(subject));
    button.subject = subject;
    const percent = `${(100 * share).toFixed(1)} %`;
    button.replaceChildren(part("span", "bar"), part("span", "name", name), " ", part("span", "share", percent));
    button.firstChild.style.width = `${100 * share}%`;
  });
  mark();
}

function subjectButton(subject, text = "") {
  const button = part("button", "", text);
  button.type = "button";
  button.subject = subject;
  button.addEventListener("click", () => filming ? follow(button.subject) : guarded(() => explain(activePane(), button.subject)));
  return button;
}

/** From the next frame on. */
function follow(subject) {
  activePane().subject = same(activePane().subject, subject) ? null : subject;
  mark();
}

/** Presses the buttons of what is shown. */
function mark() {
  const subjects = shownPanes().map(pane => pane.subject);
  for (const button of document.querySelectorAll("#classes button, #caption button, #given button"))
    setPressed(button, subjects.some(subject => same(subject, button.subject)));
}

const part = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });
const isClass = subject => subject?.kind === "class" || subject?.kind === "label";
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const setPressed = (button, isPressed) => button.setAttribute("aria-pressed", isPressed);
const shownPanes = () => $("compare").getAttribute("aria-pressed") === "true" ? panes : panes.slice(0, 1);
const activePane = () => shownPanes()[Number(document.querySelector("[name=side]:checked").value)] ?? panes[0];
const pause = milliseconds => new Promise(resolve => setTimeout(resolve, milliseconds));
const say = words => { $("status").textContent = words; };

function setOpacity() {
  const percent = $("opacity").value;
  $("opacity-value").textContent = `${percent} %`;
  panes.forEach(pane => { pane.canvas.style.opacity = percent / 100; });
}

/** What to do where the server asks who calls, or does not let whom it knows; nothing for other faults. */
function advice({ status }) {
  switch (status) {
    case "UNAUTHENTICATED":
      return [`Give ${hasKey() ? "another" : "your"} API key at the top of this page. Whoever runs the server has one for you.`];
    case "PERMISSION_DENIED":
      return ["Give an API key that may do this at the top of this page, or ask whoever runs the server to allow it to yours."];
    default:
      return [];
  }
}

/** Shows whether a key is in use. */
function showKey() {
  $("key").value = "";
  $("key").placeholder = hasKey() ? "one is in use" : "";
  $("key-forget").hidden = !hasKey();
}

/** Calls with another key, or none, as if the page had just been opened. */
function changeKey(key) {
  useKey(key);
  showKey();
  guarded(async () => {
    await start();
    $("access").open = false;
  });
}

/** What had the focus when the last thing went wrong. */
let failed = document.body;

/** Does something, and says in words what goes wrong with it. What was given up for something newer is no fault. */
async function guarded(action) {
  const control = document.activeElement;
  $("fault").hidden = true;
  try {
    await action();
  } catch (fault) {
    if (fault.name === "AbortError")
      return;
    say("");
    failed = control;
    const told = advice(fault).map(description => ({ field: "", description }));
    const words = [...fault instanceof CallError ? fault.words : [{ field: "", description: fault.message }], ...told];
    $("access").open ||= told.length > 0;
    $("fault-title").textContent = fault instanceof CallError ? fault.message : "The page made a mistake";
    $("fault-words").replaceChildren(...words.map(({ field, description }) => {
      const item = document.createElement("li");
      item.append(...field ? [part("code", "", field), ": "] : [], description);
      return item;
    }));
    $("fault").hidden = false;
  }
}

const useFile = file => file && guarded(() => usePhoto(file, file.name || "Photo"));

$("choose").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", () => {
  useFile($("file").files[0]);
  $("file").value = "";
});
$("example").addEventListener("click", () => guarded(async () => usePhoto(await load("example.png"), "A cat's face")));
$("camera").addEventListener("click", () => guarded(async () => {
  if (!filming) {
    await film();
    return;
  }
  stopFilm();
  say("");
  if (photo)
    await usePhoto(photo.file, photo.name);
}));
$("compare").addEventListener("click", () => {
  setPressed($("compare"), shownPanes().length === 1);
  arrange();
  const other = shownPanes()[1];
  if (other)
    document.querySelector("[name=side][value='1']").checked = true;
  if (other && !filming)
    guarded(() => explain(other, panes[0].subject));
  mark();
});
$("class-form").addEventListener("submit", event => {
  event.preventDefault();
  const subject = { kind: "label", text: $("class-name").value };
  if (filming)
    follow(subject);
  else
    guarded(() => explain(activePane(), subject));
});
$("ask-form").addEventListener("submit", event => {
  event.preventDefault();
  guarded(() => answer($("question").value));
});
$("key-form").addEventListener("submit", event => {
  event.preventDefault();
  changeKey($("key").value);
});
$("key-forget").addEventListener("click", () => changeKey(""));
$("model").addEventListener("change", () => guarded(() => useModel($("model").value)));
$("opacity").addEventListener("input", setOpacity);
$("fault-close").addEventListener("click", () => {
  $("fault").hidden = true;
  (failed.isConnected && failed !== document.body ? failed : $("choose")).focus();
});
for (const name of ["dragover", "dragleave", "drop"]) {
  addEventListener(name, event => {
    event.preventDefault();
    document.body.classList.toggle("dragging", name === "dragover");
    if (name === "drop")
      useFile(event.dataTransfer.files[0]);
  });
}
addEventListener("paste", event => useFile([...event.clipboardData.files][0]));

showKey();
paintRamp($("ramp"));
setOpacity();
await guarded(start);
